package dev.finexl.generate.scheduler;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * The noise levels of the schedulers that came from k-diffusion (Euler, Euler ancestral, Heun, LMS). Their samples are
 * variance exploding, so a run starts from noise of the largest sigma, and the denoiser sees the sample scaled down.
 *
 * @param sigmaSpacing how the levels lie between the ends that the timesteps give
 * @param smallest the smallest sigma of a spacing of their own, if not that of the last timestep
 * @param largest the largest sigma of a spacing of their own, if not that of the first timestep
 * @param endsAtSmallest whether the run ends at the smallest noise level of the training instead of at none
 */
record ExplodingSigmas(
        NoiseSchedule noise,
        TimestepSpacing spacing,
        int stepsOffset,
        SigmaSpacing sigmaSpacing,
        OptionalDouble smallest,
        OptionalDouble largest,
        boolean endsAtSmallest) {

    /** Levels without the options of a spacing of their own. */
    static ExplodingSigmas plain(ConfigReader config, NoiseSchedule noise) {
        return of(config, noise, SigmaSpacing.OF_TIMESTEPS, OptionalDouble.empty(), OptionalDouble.empty(), false);
    }

    /** Levels with the options of a spacing of their own, between the ends that the timesteps give. */
    static ExplodingSigmas spaced(ConfigReader config, NoiseSchedule noise) {
        return of(config, noise, SigmaSpacing.read(config), OptionalDouble.empty(), OptionalDouble.empty(), false);
    }

    /** Levels with all options. */
    static ExplodingSigmas withEnds(ConfigReader config, NoiseSchedule noise) {
        SigmaSpacing sigmaSpacing = SigmaSpacing.read(config);
        OptionalDouble smallest = config.optionalNumber("sigma_min", 1e-6, 1e6);
        OptionalDouble largest = config.optionalNumber("sigma_max", 1e-6, 1e6);
        return of(config, noise, sigmaSpacing, smallest, largest, CommonOptions.endsAtSmallestSigma(config));
    }

    private static ExplodingSigmas of(
            ConfigReader config,
            NoiseSchedule noise,
            SigmaSpacing sigmaSpacing,
            OptionalDouble smallest,
            OptionalDouble largest,
            boolean endsAtSmallest) {
        return new ExplodingSigmas(
                noise,
                CommonOptions.spacing(config, TimestepSpacing.LINSPACE),
                CommonOptions.stepsOffset(config, noise),
                sigmaSpacing,
                smallest,
                largest,
                endsAtSmallest);
    }

    SigmaSchedule schedule(int steps) {
        Plan.requireSteps(steps, noise.timesteps());
        double[] timesteps = toFloats(spacing.timesteps(noise.timesteps(), steps, stepsOffset));
        double[] sigmas = Arrays.stream(timesteps).map(noise::sigma).toArray();
        if (sigmaSpacing != SigmaSpacing.OF_TIMESTEPS) {
            sigmas = sigmaSpacing.between(largest.orElse(sigmas[0]), smallest.orElse(sigmas[steps - 1]), steps);
            timesteps = toFloats(Arrays.stream(sigmas).map(noise::timestepOf).toArray());
        }
        return SigmaSchedule.of(timesteps, sigmas, endsAtSmallest ? noise.sigma(0) : 0);
    }

    /** The standard deviation of the sample that a run starts from. */
    double initNoiseSigma(SigmaSchedule schedule) {
        double first = schedule.sigma(0);
        // Leading spacing does not start from pure noise: the signal's unit variance is added.
        return spacing == TimestepSpacing.LEADING ? Math.sqrt(first * first + 1) : first;
    }

    private static double[] toFloats(double[] values) {
        return Arrays.stream(values).map(value -> (float) value).toArray();
    }
}
