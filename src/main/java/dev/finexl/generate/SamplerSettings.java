package dev.finexl.generate;

import dev.finexl.generate.scheduler.Scheduler;
import java.util.Objects;

/**
 * How a diffusion model samples.
 *
 * @param scheduler the noise scheduler
 * @param steps inference steps, 1 or more
 * @param guidanceScale weight of classifier-free guidance; at 1 and below there is none, and no second evaluation
 * @param negativePrompt what guidance leads away from; empty for nothing in particular
 * @param height of the pictures in pixels, a multiple of the model's scale factor
 * @param width of the pictures in pixels, a multiple of the model's scale factor
 * @param batch most pictures that are sampled together
 */
public record SamplerSettings(
        Scheduler scheduler, int steps, double guidanceScale, String negativePrompt, int height, int width, int batch) {

    public SamplerSettings {
        Objects.requireNonNull(scheduler);
        Objects.requireNonNull(negativePrompt);
        if (steps < 1 || height < 1 || width < 1 || batch < 1 || !Double.isFinite(guidanceScale)) {
            throw new IllegalArgumentException(
                    "steps, height, width and batch must be at least 1 and the guidance scale finite: %d, %d, %d, %d, %s"
                            .formatted(steps, height, width, batch, guidanceScale));
        }
    }

    /** Whether each step evaluates the denoiser twice, with and without the prompt. */
    public boolean guided() {
        return guidanceScale > 1;
    }
}
