package dev.finexl.generate.scheduler;

import dev.finexl.generate.scheduler.NoiseSchedule.ZeroSnr;
import java.util.SortedMap;

/**
 * Euler's method to a level below the next one, then fresh noise up to it: as much as the forward process adds between the
 * two levels.
 *
 * <p>Source: k-diffusion's {@code sample_euler_ancestral} with η = 1: σ_up² = σ'²·(σ² − σ'²)/σ², σ_down² = σ'² − σ_up².
 * Equals diffusers' {@code EulerAncestralDiscreteScheduler}.
 */
record EulerAncestralScheduler(ExplodingSigmas sigmas, PredictionType predictionType, SortedMap<String, Object> config)
        implements Scheduler {

    static final String CLASS = "EulerAncestralDiscreteScheduler";

    static EulerAncestralScheduler read(ConfigReader config) {
        NoiseSchedule noise = NoiseSchedule.read(config, ZeroSnr.NEARLY);
        return new EulerAncestralScheduler(
                ExplodingSigmas.plain(config, noise),
                CommonOptions.predictionType(config, PredictionType.EPSILON, PredictionType.V_PREDICTION),
                config.finish());
    }

    @Override
    public Sampling start(int steps) {
        SigmaSchedule schedule = sigmas.schedule(steps);
        return schedule.sampling(sigmas.initNoiseSigma(schedule), i -> {
            double sigma = schedule.sigma(i);
            double next = schedule.sigma(i + 1);
            double up = next * Math.sqrt((sigma - next) * (sigma + next)) / sigma;
            // sqrt(next² − up²), without its cancellation
            double down = next * next / sigma;
            return Update.memoryless(
                    schedule.exploding(i),
                    predictionType.dataFromExploding(sigma),
                    LinearForm.ofSample(down / sigma)
                            .plusDerived(1 - down / sigma)
                            .plusNoise(up));
        });
    }
}
