package dev.finexl.generate.scheduler;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * The noise levels of the exponential integrators (DPM-Solver++, UniPC). Their samples are variance preserving; a
 * spacing of their own goes over all training levels, whatever the timesteps.
 *
 * @param lastTimestep the number of training timesteps that may be visited
 * @param sigmaSpacing how the levels lie between the ends
 * @param smallest the smallest sigma of a spacing of their own, if not that of the training
 * @param largest the largest sigma of a spacing of their own, if not that of the training
 * @param endsAtSmallest whether the run ends at the smallest noise level, of the training or of the levels' own spacing,
 *     instead of at none
 * @param truncated whether Karras timesteps are cut to whole numbers, not rounded, as those of other spacings are
 */
record SolverSigmas(
        NoiseSchedule noise,
        TimestepSpacing spacing,
        int stepsOffset,
        int lastTimestep,
        SigmaSpacing sigmaSpacing,
        OptionalDouble smallest,
        OptionalDouble largest,
        boolean endsAtSmallest,
        boolean truncated) {

    SigmaSchedule schedule(int steps) {
        Plan.requireSteps(steps, noise.timesteps());
        if (sigmaSpacing != SigmaSpacing.OF_TIMESTEPS) {
            boolean rounded = sigmaSpacing == SigmaSpacing.KARRAS && !truncated;
            double[] sigmas = sigmaSpacing.between(
                    largest.orElse(noise.sigma(noise.timesteps() - 1)), smallest.orElse(noise.sigma(0)), steps);
            double[] timesteps = Arrays.stream(sigmas)
                    .map(noise::timestepOf)
                    .map(timestep -> rounded ? Math.rint(timestep) : Math.floor(timestep))
                    .toArray();
            return SigmaSchedule.of(timesteps, sigmas, endsAtSmallest ? sigmas[steps - 1] : 0);
        }
        double[] timesteps = spacing.timestepsAboveEnd(noise.timesteps(), lastTimestep, steps, stepsOffset);
        double[] sigmas = Arrays.stream(timesteps).map(noise::sigma).toArray();
        return SigmaSchedule.of(timesteps, sigmas, endsAtSmallest ? noise.sigma(0) : 0);
    }
}
