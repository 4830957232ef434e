package dev.finexl.generate.scheduler;

import dev.finexl.generate.scheduler.NoiseSchedule.ZeroSnr;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * Denoising diffusion implicit models: the predicted image is mixed with the predicted noise at the next level's
 * proportions, x' = α'·x₀ + σ'·ε.
 *
 * <p>Source: "Denoising Diffusion Implicit Models", arXiv 2010.02502, equation 12 with η = 0. Equals diffusers'
 * {@code DDIMScheduler} with its pipelines' {@code eta=0}. The next level is found by a fixed stride from the timestep, as
 * there, also where the spacing is not even. With {@code clip_sample} the noise is not derived again from the clipped
 * image.
 */
record DdimScheduler(
        NoiseSchedule noise,
        TrainingTimesteps timesteps,
        PredictionType predictionType,
        double clipLimit,
        boolean setAlphaToOne,
        SortedMap<String, Object> config)
        implements Scheduler {

    static final String CLASS = "DDIMScheduler";

    static DdimScheduler read(ConfigReader config) {
        NoiseSchedule noise = NoiseSchedule.read(config, ZeroSnr.EXACT);
        CommonOptions.noThresholding(config);
        return new DdimScheduler(
                noise,
                TrainingTimesteps.read(config, noise),
                CommonOptions.predictionType(config, PredictionType.values()),
                CommonOptions.clipLimit(config, true),
                config.flag("set_alpha_to_one", true),
                config.finish());
    }

    @Override
    public Sampling start(int steps) {
        int[] visited = timesteps.forSteps(steps);
        int stride = timesteps.stride(steps);
        List<Update> updates = new ArrayList<>();
        for (int timestep : visited) {
            NoiseLevel level = NoiseLevel.ofAlphaCumprod(noise.alphaCumprod(timestep));
            NoiseLevel next = levelAfter(timestep, stride);
            Prediction epsilon = predictionType.noise(level);
            updates.add(Update.memoryless(
                    Evaluation.unscaled(timestep, level.ratio()),
                    predictionType.data(level).clippedTo(clipLimit),
                    LinearForm.ofDerived(next.alpha())
                            .plusSample(next.sigma() * epsilon.sample())
                            .plusOutput(next.sigma() * epsilon.output())));
        }
        return new Sampling(
                new Plan(1, updates, levelAfter(visited[steps - 1], stride).ratio()));
    }

    private NoiseLevel levelAfter(int timestep, int stride) {
        return NoiseLevel.ofAlphaCumprod(noise.alphaCumprodOrEnd(timestep - stride, setAlphaToOne));
    }
}
