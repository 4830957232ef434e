package dev.finexl.generate.scheduler;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * The noise levels of the schedulers that came from k-diffusion (Euler, Euler ancestral, Heun, LMS). Their samples are
 * variance exploding, so a run starts from noise of the largest sigma, and the denoiser sees the sample scaled down.
 *
 * @param karras whether the levels are spaced as Karras et al. do, between the ends that the timesteps give
 * @param smallest the smallest Karras sigma, if not that of the last timestep
 * @param largest the largest Karras sigma, if not that of the first timestep
 * @param endsAtSmallest whether the run ends at the smallest noise level of the training instead of at none
 */
record ExplodingSigmas(
        NoiseSchedule noise,
        TimestepSpacing spacing,
        int stepsOffset,
        boolean karras,
        OptionalDouble smallest,
        OptionalDouble largest,
        boolean endsAtSmallest) {

    /** Levels without the options of Karras spacing. */
    static ExplodingSigmas plain(ConfigReader config, NoiseSchedule noise) {
        return of(config, noise, false, OptionalDouble.empty(), OptionalDouble.empty(), false);
    }

    /** Levels with the option of Karras spacing between the ends that the timesteps give. */
    static ExplodingSigmas spaced(ConfigReader config, NoiseSchedule noise) {
        CommonOptions.noOtherSigmas(config);
        boolean karras = config.flag("use_karras_sigmas", false);
        return of(config, noise, karras, OptionalDouble.empty(), OptionalDouble.empty(), false);
    }

    /** Levels with all options. */
    static ExplodingSigmas withEnds(ConfigReader config, NoiseSchedule noise) {
        CommonOptions.noOtherSigmas(config);
        boolean karras = config.flag("use_karras_sigmas", false);
        OptionalDouble smallest = config.optionalNumber("sigma_min", 1e-6, 1e6);
        OptionalDouble largest = config.optionalNumber("sigma_max", 1e-6, 1e6);
        return of(config, noise, karras, smallest, largest, CommonOptions.endsAtSmallestSigma(config));
    }

    private static ExplodingSigmas of(
            ConfigReader config,
            NoiseSchedule noise,
            boolean karras,
            OptionalDouble smallest,
            OptionalDouble largest,
            boolean endsAtSmallest) {
        return new ExplodingSigmas(
                noise,
                CommonOptions.spacing(config, TimestepSpacing.LINSPACE),
                CommonOptions.stepsOffset(config, noise),
                karras,
                smallest,
                largest,
                endsAtSmallest);
    }

    SigmaSchedule schedule(int steps) {
        Plan.requireSteps(steps, noise.timesteps());
        double[] timesteps = toFloats(spacing.timesteps(noise.timesteps(), steps, stepsOffset));
        double[] sigmas = Arrays.stream(timesteps).map(noise::sigma).toArray();
        if (karras) {
            sigmas = SigmaSchedule.karras(largest.orElse(sigmas[0]), smallest.orElse(sigmas[steps - 1]), steps);
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
