package dev.finexl.generate;

import dev.finexl.generate.scheduler.Scheduler;
import java.util.Objects;

/**
 * How a generator samples. What its {@linkplain ImageGenerator#options options} lack it does not look at.
 *
 * @param scheduler the noise scheduler; null for a generator that has none
 * @param steps inference steps, 1 or more
 * @param guidanceScale weight of classifier-free guidance; at 1 and below there is none, and no second evaluation. Models
 *     with a guidance embedding are told it instead
 * @param negativePrompt what guidance leads away from; null for none, which for most models is the same as an empty one
 * @param height of the pictures in pixels, a multiple of the model's scale factor
 * @param width of the pictures in pixels, a multiple of the model's scale factor
 * @param batch most pictures that are sampled together
 * @param options what only some families understand
 */
public record SamplerSettings(
        Scheduler scheduler,
        int steps,
        double guidanceScale,
        String negativePrompt,
        int height,
        int width,
        int batch,
        PipelineOptions options) {

    public SamplerSettings {
        Objects.requireNonNull(options);
        if (steps < 1 || height < 1 || width < 1 || batch < 1 || !Double.isFinite(guidanceScale)) {
            throw new IllegalArgumentException(
                    "steps, height, width and batch must be at least 1 and the guidance scale finite: %d, %d, %d, %d, %s"
                            .formatted(steps, height, width, batch, guidanceScale));
        }
    }

    /** With the options that diffusers has by default. */
    public SamplerSettings(
            Scheduler scheduler,
            int steps,
            double guidanceScale,
            String negativePrompt,
            int height,
            int width,
            int batch) {
        this(scheduler, steps, guidanceScale, negativePrompt, height, width, batch, PipelineOptions.DEFAULT);
    }

    /** Whether guidance is asked for. */
    public boolean guided() {
        return guidanceScale > 1;
    }
}
