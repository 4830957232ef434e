package dev.finexl.generate.scheduler;

import dev.finexl.generate.scheduler.NoiseSchedule.ZeroSnr;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * Heun's method on the probability flow ODE: each step is first made by Euler's method, then again with the mean of the
 * slopes at both its ends. Two evaluations for a step, but one for the last, where the slope at its end is undefined.
 *
 * <p>Source: "Elucidating the Design Space of Diffusion-Based Generative Models", arXiv 2206.00364, algorithm 1. With the
 * sample K before the step and the image x₀ predicted from it, and the sample x after Euler's step and the image d
 * predicted from that, the step is K + (σ' − σ)/2 · ((K − x₀)/σ + (x − d)/σ'). Equals diffusers'
 * {@code HeunDiscreteScheduler}.
 */
record HeunScheduler(
        ExplodingSigmas sigmas, PredictionType predictionType, double clipLimit, SortedMap<String, Object> config)
        implements Scheduler {

    static final String CLASS = "HeunDiscreteScheduler";

    static HeunScheduler read(ConfigReader config) {
        NoiseSchedule noise = NoiseSchedule.read(config, ZeroSnr.NO_OPTION, 0.00085, 0.012, BetaSchedule.LINEAR);
        return new HeunScheduler(
                ExplodingSigmas.spaced(config, noise),
                CommonOptions.predictionType(config, PredictionType.values()),
                CommonOptions.clipLimit(config, false),
                config.finish());
    }

    @Override
    public Sampling start(int steps) {
        SigmaSchedule schedule = sigmas.schedule(steps);
        List<Update> updates = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            double sigma = schedule.sigma(i);
            double next = schedule.sigma(i + 1);
            double ratio = next / sigma;
            updates.add(new Update(
                    schedule.exploding(i),
                    data(sigma),
                    LinearForm.ofSample(1),
                    LinearForm.ofSample(ratio).plusDerived(1 - ratio),
                    true));
            if (i + 1 < steps) {
                double half = (next - sigma) / 2;
                updates.add(Update.memoryless(
                        schedule.exploding(i + 1),
                        data(next),
                        LinearForm.ofKept(1 + half / sigma)
                                .withPast(-half / sigma)
                                .plusSample(half / next)
                                .plusDerived(-half / next)));
            }
        }
        return new Sampling(new Plan(sigmas.initNoiseSigma(schedule), updates, schedule.finalSigma()));
    }

    private Prediction data(double sigma) {
        return predictionType.dataFromExploding(sigma).clippedTo(clipLimit);
    }
}
