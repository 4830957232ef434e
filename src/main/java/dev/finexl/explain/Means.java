package dev.finexl.explain;

import dev.finexl.concept.Vocabulary;
import dev.finexl.embed.RgbImage;
import dev.finexl.explain.ExplainListener.Pictures;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.explain.RequestResolver.Plan;
import dev.finexl.generate.ImageRequest;
import dev.finexl.store.Sha256;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What all explanations of this process share.
 *
 * @param models that are open
 * @param common answers that all callers have in common
 * @param answers those of the caller, who may have some of his own
 * @param batch how many pictures are sampled together
 * @param version of the program
 */
record Means(OpenModels models, Answers common, Answers answers, BatchSize batch, String version) {

    Means within(Space space) {
        return new Means(models, common, common.within(space), batch, version);
    }

    /** Where what calibrations measure is kept; empty for nowhere. */
    Optional<Path> calibrations() {
        return models.directions().map(folder -> folder.resolve(answers.space().prefix()));
    }

    /** Where the directions of words are looked for and kept. */
    Answers ofWords(Plan plan, Vocabulary vocabulary) {
        return answers.space().sharesWords(plan, vocabulary) ? common : answers;
    }

    private Answers ofPictures(Plan plan, Comparison.Sampled sampled, Side side) {
        boolean shared = side == Side.BASE && answers.space().sharesBase(plan, sampled);
        return shared ? common : answers;
    }

    /** How fast pictures of a base were drawn in the same way on such a machine; empty if that is not known. */
    Optional<Speed> speed(Comparison.Sampled sampled) {
        return common.speed(speedKey(sampled));
    }

    /** Keeps how fast an explanation was, where its pictures were sampled. */
    void keepSpeed(Plan plan, Usage usage) {
        if (common.keeps() && plan.comparison() instanceof Comparison.Sampled sampled) {
            Speed.of(usage).ifPresent(speed -> common.keepSpeed(speedKey(sampled), speed));
        }
    }

    private String speedKey(Comparison.Sampled sampled) {
        int processors = Runtime.getRuntime().availableProcessors();
        return Sha256.of(keys().drawing(sampled, Side.BASE) + " " + processors);
    }

    ContentKeys keys() {
        return new ContentKeys(models, batch);
    }

    /** What is known of one side's pictures. */
    KnownPictures knownPictures(Plan plan, Comparison.Sampled sampled, Side side, Pictures wanted) {
        if (!answers.keeps()) {
            return KnownPictures.none();
        }
        ContentKeys keys = keys();
        return new KnownPictures(
                ofPictures(plan, sampled, side),
                keys.measurements(plan, sampled, side),
                keys.drawing(sampled, side),
                wanted);
    }

    /**
     * Shows the pictures of an explanation that is known to whoever wants to see them.
     *
     * @param pairs that it rests on, where they were sampled
     * @return whether he has seen all that he wants to
     */
    boolean show(Plan plan, int pairs, ExplainListener listener) {
        if (listener.pictures() == Pictures.DRAWN) {
            return true;
        }
        return switch (plan.comparison()) {
            case Comparison.Given given -> {
                GivenPairs.show(given, listener);
                yield true;
            }
            case Comparison.Sampled sampled -> show(plan, sampled, pairs, listener);
        };
    }

    private boolean show(Plan plan, Comparison.Sampled sampled, int pairs, ExplainListener listener) {
        for (Side side : Side.values()) {
            KnownPictures known = knownPictures(plan, sampled, side, listener.pictures());
            List<ImageRequest> requests = PairSampler.requests(plan, sampled, side, pairs);
            for (int i = 0; i < pairs; i++) {
                Optional<RgbImage> picture = known.picture(requests.get(i));
                if (picture.isPresent()) {
                    listener.image(side, i, picture.get());
                } else if (listener.pictures() == Pictures.ALL) {
                    return false;
                }
            }
        }
        return true;
    }
}
