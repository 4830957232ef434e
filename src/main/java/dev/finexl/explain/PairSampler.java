package dev.finexl.explain;

import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.explain.ExplainListener.Stage;
import dev.finexl.explain.Measurer.Measurement;
import dev.finexl.explain.RequestResolver.Plan;
import dev.finexl.generate.ImageGenerator;
import dev.finexl.generate.ImageRequest;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.onnx.RunScope;
import java.util.ArrayList;
import java.util.List;

/**
 * Samples the pictures of both sides, with the same prompts, apart from a trigger, and the same noise, and measures each
 * batch as soon as it is there, so that no more than one batch of pictures is in memory.
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

    /** The same for one side, which a trigger may be told. */
    static List<ImageRequest> requests(Plan plan, Comparison.Sampled sampled, Side side, int images) {
        return requests(sampled.trigger().prompts(side, plan.prompts().prompts()), images, sampled.seed());
    }

    /** The prompt of pair {@code j}: prompts take turns. */
    static String prompt(List<String> prompts, int j) {
        return prompts.get(j % prompts.size());
    }

    /** One side of the pairs: what draws it, what is known of it, and what has been measured of it so far. */
    static final class Drawn {

        private final Side side;
        private final ImageGenerator generator;
        private final KnownPictures known;
        private final List<ImageRequest> requests;
        private final List<Measurement> measured = new ArrayList<>();
        private int sampled;

        /** @param requests of all its pictures that may be wanted */
        Drawn(Side side, ImageGenerator generator, KnownPictures known, List<ImageRequest> requests) {
            this.side = side;
            this.generator = generator;
            this.known = known;
            this.requests = requests;
        }

        List<Measurement> measured() {
            return measured;
        }

        /** How many of the pictures had to be sampled. */
        int sampled() {
            return sampled;
        }
    }

    /**
     * Adds pictures to both sides.
     *
     * @param until how many pairs there are to be
     */
    void sample(Drawn left, Drawn right, int until, SamplerSettings settings) {
        int from = left.measured.size();
        long total = 2L * left.requests.size();
        listener.progress(Stage.SAMPLING, 2L * from, total);
        add(left, until, settings, from, total);
        add(right, until, settings, until, total);
    }

    /**
     * Adds pictures to one side.
     *
     * @param until how many pictures it is to have
     * @param others pictures of the other side that are done, for progress
     * @param total pictures in all, for progress
     */
    void add(Drawn drawn, int until, SamplerSettings settings, int others, long total) {
        List<ImageRequest> requests = drawn.requests;
        while (drawn.measured.size() < until) {
            KnownPictures.Run run = drawn.known.next(requests, drawn.measured.size(), until);
            if (run.known() == null) {
                List<Measurement> measured = List.of(side(
                        drawn,
                        requests.subList(run.from(), run.to()),
                        settings,
                        run.from(),
                        (long) others + run.from(),
                        total));
                drawn.known.keep(requests, run.from(), run.to(), measured);
                drawn.measured.addAll(measured);
                drawn.sampled += measured.size();
            } else {
                drawn.measured.addAll(run.known());
                run.kept().forEach((index, picture) -> listener.image(drawn.side, index, picture));
                listener.progress(Stage.SAMPLING, (long) others + run.to(), total);
            }
        }
    }

    /**
     * Draws and measures pictures of one side.
     *
     * @param drawn the side
     * @param requests the pictures, which need not be those that are wanted of the side
     * @param offset index of the first picture's pair
     * @param before pictures that were done before, for progress
     * @param total pictures in all, for progress
     */
    Measurement[] side(
            Drawn drawn, List<ImageRequest> requests, SamplerSettings settings, int offset, long before, long total) {
        Measurement[] measured = new Measurement[requests.size()];
        clock.enter(Stage.SAMPLING);
        drawn.generator.generate(scope, requests, settings, (first, images) -> {
            clock.enter(Stage.EMBEDDING);
            Measurement[] batch = measurer.measure(images);
            System.arraycopy(batch, 0, measured, first, batch.length);
            for (int i = 0; i < images.size(); i++) {
                drawn.known.keep(requests.get(first + i), images.get(i));
                listener.image(drawn.side, offset + first + i, images.get(i));
            }
            listener.progress(Stage.SAMPLING, before + first + images.size(), total);
            clock.enter(Stage.SAMPLING);
        });
        return measured;
    }
}
