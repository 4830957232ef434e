package dev.finexl.explain;

import dev.finexl.embed.RgbImage;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.explain.ExplainListener.Stage;
import dev.finexl.explain.Measurer.Measurement;
import dev.finexl.generate.ImageGenerator;
import dev.finexl.generate.ImageRequest;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.onnx.RunScope;
import java.util.ArrayList;
import java.util.List;

/**
 * Samples the pictures of both sides, with the same prompts and the same noise, and measures each batch as soon as it is
 * there, so that no more than one batch of pictures is in memory.
 */
final class PairSampler {

    private final Measurer measurer;
    private final RunScope scope;
    private final ExplainListener listener;
    private final StageClock clock;

    PairSampler(Measurer measurer, RunScope scope, ExplainListener listener, StageClock clock) {
        this.measurer = measurer;
        this.scope = scope;
        this.listener = listener;
        this.clock = clock;
    }

    /**
     * Picture {@code j} draws prompt {@code j mod prompts} from a generator that is seeded {@code seed + j}.
     */
    static List<ImageRequest> requests(List<String> prompts, int images, long seed) {
        List<ImageRequest> requests = new ArrayList<>(images);
        for (int j = 0; j < images; j++) {
            requests.add(new ImageRequest(prompt(prompts, j), seed + j));
        }
        return requests;
    }

    /** The prompt of pair {@code j}: prompts take turns. */
    static String prompt(List<String> prompts, int j) {
        return prompts.get(j % prompts.size());
    }

    /**
     * Samples further pairs.
     *
     * @param requests of all pairs that may be wanted
     * @param left what was measured of the base's pictures so far; those of the further pairs are added
     * @param right the same of the other side
     * @param until how many pairs there are to be
     */
    void sample(
            ImageGenerator base,
            ImageGenerator personalized,
            List<ImageRequest> requests,
            List<Measurement> left,
            List<Measurement> right,
            int until,
            SamplerSettings settings) {
        int from = left.size();
        long total = 2L * requests.size();
        listener.progress(Stage.SAMPLING, 2L * from, total);
        List<ImageRequest> more = requests.subList(from, until);
        left.addAll(List.of(side(Side.BASE, base, more, settings, from, from + left.size(), total)));
        right.addAll(List.of(
                side(Side.PERSONALIZED, personalized, more, settings, from, left.size() + right.size(), total)));
    }

    /**
     * Measures pictures of one side.
     *
     * @param offset index of the first picture's pair
     * @param before pictures that were done before, for progress
     * @param total pictures in all, for progress
     */
    Measurement[] side(
            Side side,
            ImageGenerator generator,
            List<ImageRequest> requests,
            SamplerSettings settings,
            int offset,
            long before,
            long total) {
        Measurement[] measured = new Measurement[requests.size()];
        clock.enter(Stage.SAMPLING);
        generator.generate(scope, requests, settings, (first, images) -> {
            clock.enter(Stage.EMBEDDING);
            Measurement[] batch = measurer.measure(images);
            System.arraycopy(batch, 0, measured, first, batch.length);
            tell(side, offset + first, images);
            listener.progress(Stage.SAMPLING, before + first + images.size(), total);
            clock.enter(Stage.SAMPLING);
        });
        return measured;
    }

    private void tell(Side side, int first, List<RgbImage> images) {
        for (int i = 0; i < images.size(); i++) {
            listener.image(side, first + i, images.get(i));
        }
    }
}
