package dev.finexl.generate.scheduler;

import dev.finexl.generate.scheduler.NoiseSchedule.ZeroSnr;
import java.util.SortedMap;

/**
 * Euler's method on the probability flow ODE dx/dσ = (x − x₀)/σ.
 *
 * <p>Source: "Elucidating the Design Space of Diffusion-Based Generative Models", arXiv 2206.00364, algorithm 2 without its
 * noise. A step is x' = x₀ + σ'/σ·(x − x₀). Equals diffusers' {@code EulerDiscreteScheduler} with discrete timesteps and
 * linear interpolation.
 */
record EulerScheduler(ExplodingSigmas sigmas, PredictionType predictionType, SortedMap<String, Object> config)
        implements Scheduler {

    static final String CLASS = "EulerDiscreteScheduler";

    static EulerScheduler read(ConfigReader config) {
        NoiseSchedule noise = NoiseSchedule.read(config, ZeroSnr.NEARLY);
        config.mustBe("interpolation_type", "linear");
        config.mustBe("timestep_type", "discrete");
        return new EulerScheduler(
                ExplodingSigmas.withEnds(config, noise),
                CommonOptions.predictionType(config, PredictionType.values()),
                config.finish());
    }

    @Override
    public Sampling start(int steps) {
        SigmaSchedule schedule = sigmas.schedule(steps);
        return schedule.sampling(sigmas.initNoiseSigma(schedule), i -> {
            double sigma = schedule.sigma(i);
            double ratio = schedule.sigma(i + 1) / sigma;
            return Update.memoryless(
                    schedule.exploding(i),
                    predictionType.dataFromExploding(sigma),
                    LinearForm.ofSample(ratio).plusDerived(1 - ratio));
        });
    }
}
