package dev.finexl.explain;

import dev.finexl.explain.ExplainListener.Stage;
import dev.finexl.explain.Usage.StageTime;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How long an explanation took, to tell how long the next will take.
 *
 * @param constant seconds that do not depend on the number of pictures
 * @param perImage seconds for each picture that is drawn
 */
public record Speed(double constant, double perImage) {

    private static final Set<String> OF_IMAGES = Set.of(Stage.SAMPLING.key(), Stage.EMBEDDING.key());

    /** Opening models is no part of it: they are open the next time. Empty if no pictures were drawn. */
    static Optional<Speed> of(Usage usage) {
        if (usage.images() == 0) {
            return Optional.empty();
        }
        double drawing = 0;
        double all = 0;
        for (Map.Entry<String, StageTime> stage : usage.stages().entrySet()) {
            double seconds = stage.getValue().wallSeconds();
            all += stage.getKey().equals(Stage.LOADING.key()) ? 0 : seconds;
            drawing += OF_IMAGES.contains(stage.getKey()) ? seconds : 0;
        }
        return Optional.of(new Speed(all - drawing, drawing / usage.images()));
    }

    /** Seconds for so many pictures. */
    public double seconds(long images) {
        return constant + perImage * images;
    }
}
