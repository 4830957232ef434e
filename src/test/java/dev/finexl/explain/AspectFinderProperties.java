package dev.finexl.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.finexl.concept.ConceptDirections;
import dev.finexl.concept.DirectionEncoder;
import dev.finexl.concept.PromptSet;
import dev.finexl.concept.Synonyms;
import dev.finexl.concept.Vocabulary;
import dev.finexl.concept.VocabularyReader;
import dev.finexl.decompose.DecompositionMethod;
import dev.finexl.decompose.Divergence;
import dev.finexl.embed.TextEncoder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.ejml.data.DMatrixRMaj;

/** What must not matter to an answer, with an encoder whose texts lie at fixed random places. */
class AspectFinderProperties {

    private static final int WIDTH = 24;
    private static final List<String> WORDS = List.of("vivid", "dark", "grainy", "warm", "blurry", "striped", "faded");
    private static final List<String> PROMPTS = List.of(
            "a red fish", "a blue house", "a moon", "two trees", "a boat at sea", "a star", "a green ring", "snow");

    /** A text's place is its prompt's place, moved by each word of the vocabulary that it names; the words of one pair mean the same. */
    private static final TextEncoder ENCODER = new PlacedTexts(WIDTH, AspectFinderProperties::place);

    private static float[] place(String text) {
        double[] sum = new double[WIDTH];
        String[] parts = text.split(", ");
        add(sum, gaussian(parts[0].hashCode()), 1);
        if (parts.length > 1) {
            String word = parts[1].replace(" style", "").replace("very ", "");
            add(sum, gaussian(word.hashCode()), 0.5);
            add(sum, gaussian((word + parts[0]).hashCode()), 0.15);
        }
        double length = Math.sqrt(
                IntStream.range(0, WIDTH).mapToDouble(k -> sum[k] * sum[k]).sum());
        float[] unit = new float[WIDTH];
        for (int k = 0; k < WIDTH; k++) {
            unit[k] = (float) (sum[k] / length);
        }
        return unit;
    }

    private static double[] gaussian(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return IntStream.range(0, WIDTH).mapToDouble(k -> random.nextGaussian()).toArray();
    }

    private static void add(double[] sum, double[] more, double factor) {
        for (int k = 0; k < WIDTH; k++) {
            sum[k] += factor * more[k];
        }
    }

    private static ConceptDirections directions(List<String> words, List<String> prompts) {
        Vocabulary vocabulary = VocabularyReader.ofEntries("request", words);
        return new DirectionEncoder(ENCODER, 7)
                .measure(vocabulary, new PromptSet("test", prompts), true, (done, total) -> {});
    }

    /** Pairs in which some prompts became vivid and a little grainy, and vary. */
    private static double[][] differences(List<String> prompts, double strength, long seed) {
        return differences(prompts, 0.6 * strength, 0.3 * strength, seed);
    }

    private static double[][] differences(List<String> prompts, double more, double less, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] rows = new double[prompts.size()][WIDTH];
        for (int j = 0; j < rows.length; j++) {
            float[] plain = place(prompts.get(j));
            float[] vivid = place(prompts.get(j) + ", vivid style");
            float[] grainy = place(prompts.get(j) + ", grainy style");
            for (int k = 0; k < WIDTH; k++) {
                rows[j][k] =
                        more * (vivid[k] - plain[k]) + less * (grainy[k] - plain[k]) + 0.02 * random.nextGaussian();
            }
        }
        return rows;
    }

    private static AspectFinder.Findings find(String method, double[][] rows, ConceptDirections directions) {
        Divergence divergence = Divergence.of(new DMatrixRMaj(rows));
        return new AspectFinder(DecompositionMethod.of(method), 0.95)
                .find(divergence, Synonyms.grouped(directions, divergence.mean()));
    }

    private static void same(AspectFinder.Findings one, AspectFinder.Findings other) {
        assertThat(other.aspects())
                .extracting(Aspect::name)
                .containsExactlyElementsOf(
                        one.aspects().stream().map(Aspect::name).toList());
        for (int a = 0; a < one.aspects().size(); a++) {
            Aspect left = one.aspects().get(a);
            Aspect right = other.aspects().get(a);
            assertThat(right.score()).isCloseTo(left.score(), within(1e-6));
            assertThat(right.interval().low()).isCloseTo(left.interval().low(), within(1e-6));
            assertThat(right.interval().high()).isCloseTo(left.interval().high(), within(1e-6));
        }
        assertThat(other.pValue()).isEqualTo(one.pValue());
        assertThat(other.explained()).isCloseTo(one.explained(), within(1e-6));
    }

    private static List<Integer> shuffled(int length, long seed) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, length).boxed().toList());
        Collections.shuffle(order, new Random(seed));
        return order;
    }

    @Property(tries = 20, seed = "1")
    void theOrderOfThePromptsDoesNotMatter(@ForAll long seed) {
        for (String method : List.of("stacked-nnls", "nnls")) {
            double[][] rows = differences(PROMPTS, 1, seed);
            List<Integer> order = shuffled(PROMPTS.size(), seed);
            double[][] moved = order.stream().map(j -> rows[j]).toArray(double[][]::new);
            List<String> prompts = order.stream().map(PROMPTS::get).toList();
            AspectFinder.Findings one = find(method, rows, directions(WORDS, PROMPTS));
            assertThat(one.aspects()).isNotEmpty();
            same(one, find(method, moved, directions(WORDS, prompts)));
        }
    }

    @Property(tries = 20, seed = "2")
    void theOrderOfTheConceptsDoesNotMatter(@ForAll long seed) {
        for (String method : List.of("stacked-nnls", "nnls")) {
            double[][] rows = differences(PROMPTS, 1, seed);
            List<String> words =
                    shuffled(WORDS.size(), seed).stream().map(WORDS::get).toList();
            same(find(method, rows, directions(WORDS, PROMPTS)), find(method, rows, directions(words, PROMPTS)));
        }
    }

    @Property(tries = 20, seed = "3")
    void aConceptThatIsThereTwiceChangesNothing(@ForAll long seed) {
        for (String method : List.of("stacked-nnls", "nnls")) {
            double[][] rows = differences(PROMPTS, 1, seed);
            List<String> doubled = new ArrayList<>(WORDS);
            doubled.add("vivid");
            List<String> synonym = new ArrayList<>(WORDS);
            synonym.add("very vivid");
            AspectFinder.Findings one = find(method, rows, directions(WORDS, PROMPTS));
            same(one, find(method, rows, directions(doubled, PROMPTS)));
            AspectFinder.Findings other = find(method, rows, directions(synonym, PROMPTS));
            assertThat(other.aspects())
                    .extracting(aspect -> aspect.name().replace("very ", ""))
                    .containsExactlyElementsOf(
                            one.aspects().stream().map(Aspect::name).toList());
            assertThat(other.aspects().getFirst().score())
                    .isCloseTo(one.aspects().getFirst().score(), within(1e-6));
            assertThat(other.aspects().getFirst().alsoCalled()).hasSize(1);
        }
    }

    @Property(tries = 20, seed = "4")
    void aStrongerChangeHasAHigherScore(@ForAll long seed) {
        ConceptDirections directions = directions(WORDS, PROMPTS);
        double before = 0;
        for (double strength : new double[] {0.25, 0.5, 0.75, 1}) {
            double score = find("stacked-nnls", differences(PROMPTS, strength, seed), directions)
                    .scores()[0];
            assertThat(score).isGreaterThan(before);
            before = score;
        }
    }

    @Property(tries = 20, seed = "5")
    void whatWasAskedForScoresOne(@ForAll long seed) {
        ConceptDirections directions = directions(WORDS, PROMPTS);
        double[][] rows = differences(PROMPTS, 1, seed);
        float[][] asked = new float[PROMPTS.size()][WIDTH];
        for (int p = 0; p < asked.length; p++) {
            for (int k = 0; k < WIDTH; k++) {
                asked[p][k] = (float) rows[p][k];
            }
        }
        // The base, asked for it, does just what the personalisation did.
        AspectFinder.Findings findings = find("stacked-nnls", rows, directions.withAsked(Map.of(0, asked)));
        assertThat(findings.aspects().getFirst().name()).isEqualTo("vivid");
        assertThat(findings.aspects().getFirst().calibrated()).isCloseTo(1, within(1e-3));
    }

    @Property(tries = 20, seed = "20")
    void anAspectThatIsClearlyTheStrongestIsEnoughToStop(@ForAll long seed) {
        AspectFinder.Findings findings =
                find("stacked-nnls", differences(PROMPTS, 0.6, 0.3, seed), directions(WORDS, PROMPTS));
        assertThat(findings.firstSure()).isEqualTo(1);
        assertThat(findings.settled(findings, 1)).isTrue();
    }

    @Example
    void samplingGoesOnWhileEitherOfTwoAspectsMayBeTheStronger() {
        AspectFinder.Findings findings =
                find("stacked-nnls", differences(PROMPTS, 0.45, 0.45, 1), directions(WORDS, PROMPTS));
        assertThat(findings.aspects()).extracting(Aspect::name).containsExactlyInAnyOrder("vivid", "grainy");
        assertThat(findings.firstSure()).isBetween(0.5, 0.75);
        assertThat(findings.settled(findings, 1)).isFalse();
    }
}
