package dev.finexl.generate.autoregressive;

import dev.finexl.generate.described.GeneratorJson;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Chooses a token from logits by a uniform number, which is what makes two sides comparable: the same number picks the same
 * token unless the models' distributions differ, and then a near one in the order of probability.
 *
 * <p>Tokens stand in falling order of their logits, of equal ones the smaller first; they are cut to {@code topK}, then to
 * the fewest whose probabilities sum up to {@code topP}; the first whose cumulative probability reaches the number is taken.
 *
 * @param temperature that logits are divided by, above 0
 * @param topK how many of the most probable tokens are left; 0 for all
 * @param topP how much probability is left, above 0 and up to 1
 * @param guidanceScale of classifier-free guidance, for a request that names none
 */
record TokenSampling(double temperature, int topK, double topP, double guidanceScale) {

    private static final double LEAST = 1e-3;

    /** Reads the field {@code sampling}; each of its fields may be missing. */
    static TokenSampling read(GeneratorJson json, int vocabulary) {
        return json.optional("sampling")
                .map(sampling -> new TokenSampling(
                        sampling.number("temperature", LEAST, 100, 1),
                        sampling.whole("top_k", 0, vocabulary, 0),
                        sampling.number("top_p", LEAST, 1, 1),
                        sampling.number("guidance_scale", 0, 100, 1)))
                .orElseGet(() -> new TokenSampling(1, 0, 1, 1));
    }

    /**
     * @param logits finite numbers, one for each token
     * @param uniform from 0 to 1
     */
    int choose(float[] logits, float uniform) {
        int[] order = IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer token) -> -logits[token]))
                .limit(topK == 0 ? logits.length : topK)
                .mapToInt(Integer::intValue)
                .toArray();
        double[] cumulative = cumulative(logits, order);
        int left = topP == 1 ? order.length : reaching(cumulative, topP) + 1;
        return order[Math.min(left - 1, reaching(cumulative, uniform * cumulative[left - 1]))];
    }

    private double[] cumulative(float[] logits, int[] order) {
        double[] sums = new double[order.length];
        double sum = 0;
        for (int i = 0; i < order.length; i++) {
            sum += Math.exp((logits[order[i]] - logits[order[0]]) / temperature);
            sums[i] = sum;
        }
        double total = sum;
        return Arrays.stream(sums).map(s -> s / total).toArray();
    }

    private static int reaching(double[] cumulative, double threshold) {
        int i = 0;
        while (i < cumulative.length - 1 && cumulative[i] < threshold) {
            i++;
        }
        return i;
    }
}
