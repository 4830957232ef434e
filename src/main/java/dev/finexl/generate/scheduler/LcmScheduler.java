package dev.finexl.generate.scheduler;

import dev.finexl.generate.scheduler.NoiseSchedule.ZeroSnr;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * Multistep consistency sampling: each evaluation gives the image at once, and fresh noise takes it back to the next level.
 *
 * <p>Source: "Latent Consistency Models", arXiv 2310.04378, algorithm 3; the consistency function c_skip·x + c_out·x₀ has
 * the boundary conditions of "Consistency Models", arXiv 2303.01469, with σ_data = 0.5. Equals diffusers'
 * {@code LCMScheduler}. The timesteps are a selection of those that the model was distilled on, so there are at most
 * {@code original_inference_steps} steps.
 */
record LcmScheduler(
        NoiseSchedule noise,
        int originalSteps,
        double timestepScaling,
        PredictionType predictionType,
        double clipLimit,
        SortedMap<String, Object> config)
        implements Scheduler {

    static final String CLASS = "LCMScheduler";

    private static final double DATA_VARIANCE = 0.25;

    static LcmScheduler read(ConfigReader config) {
        NoiseSchedule noise = NoiseSchedule.read(config, ZeroSnr.EXACT, 0.00085, 0.012, BetaSchedule.SCALED_LINEAR);
        CommonOptions.noThresholding(config);
        config.withoutEffect("set_alpha_to_one", "steps_offset", "timestep_spacing");
        return new LcmScheduler(
                noise,
                config.integer("original_inference_steps", 50, 1, noise.timesteps()),
                config.number("timestep_scaling", 10, 1e-6, 1e6),
                CommonOptions.predictionType(config, PredictionType.values()),
                CommonOptions.clipLimit(config, false),
                config.finish());
    }

    @Override
    public Sampling start(int steps) {
        Plan.requireSteps(steps, noise.timesteps());
        if (steps > originalSteps) {
            throw new SchedulerException(
                    "steps is %d, expected at most the %d steps that the model was distilled on (original_inference_steps)"
                            .formatted(steps, originalSteps));
        }
        int[] timesteps = timesteps(steps);
        List<Update> updates = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            NoiseLevel level = NoiseLevel.ofAlphaCumprod(noise.alphaCumprod(timesteps[i]));
            double scaled = timesteps[i] * timestepScaling;
            double skip = DATA_VARIANCE / (scaled * scaled + DATA_VARIANCE);
            double out = scaled / Math.sqrt(scaled * scaled + DATA_VARIANCE);
            NoiseLevel next = i + 1 < steps
                    ? NoiseLevel.ofAlphaCumprod(noise.alphaCumprod(timesteps[i + 1]))
                    : new NoiseLevel(1, 0);
            updates.add(Update.memoryless(
                    Evaluation.unscaled(timesteps[i], level.ratio()),
                    predictionType.data(level).clippedTo(clipLimit),
                    LinearForm.ofDerived(next.alpha() * out)
                            .plusSample(next.alpha() * skip)
                            .plusNoise(next.sigma())));
        }
        return new Sampling(new Plan(1, updates, 0));
    }

    private int[] timesteps(int steps) {
        int stride = noise.timesteps() / originalSteps;
        double spacing = (double) originalSteps / steps;
        int[] timesteps = new int[steps];
        for (int i = 0; i < steps; i++) {
            timesteps[i] = (originalSteps - (int) Math.floor(i * spacing)) * stride - 1;
        }
        return timesteps;
    }
}
