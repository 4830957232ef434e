package dev.finexl.explain;

import java.util.Map;

/**
 * What an explanation cost.
 *
 * @param cached whether the whole explanation had been made before, and nothing was done for it
 * @param images pictures that were sampled, on both sides together and for calibration
 * @param imagesCached pictures that had been sampled and measured before, and were not sampled again
 * @param imagesSaved pictures of the budget that were not needed, on both sides together
 * @param denoiserEvaluations how often the denoiser was evaluated on one picture's latents, or the decoder of an
 *     autoregressive model on one picture's token; guidance counts twice; 0 for GANs
 * @param stages wall time and session time for each stage, in the order in which the stages ran
 */
public record Usage(
        boolean cached,
        int images,
        int imagesCached,
        int imagesSaved,
        long denoiserEvaluations,
        Map<String, StageTime> stages) {

    /**
     * The time of one stage.
     *
     * @param wallSeconds from the stage's start to its end
     * @param sessionSeconds of it, inside ONNX Runtime
     */
    public record StageTime(double wallSeconds, double sessionSeconds) {}
}
