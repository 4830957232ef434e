package dev.finexl.generate.scheduler;

import java.util.List;

/** Options that mean the same in several scheduler classes. */
final class CommonOptions {

    private CommonOptions() {}

    static TimestepSpacing spacing(ConfigReader config, TimestepSpacing absent) {
        return config.choice("timestep_spacing", absent, List.of(TimestepSpacing.values()));
    }

    static int stepsOffset(ConfigReader config, NoiseSchedule noise) {
        return config.integer("steps_offset", 0, 0, noise.timesteps() - 1);
    }

    static PredictionType predictionType(ConfigReader config, PredictionType... accepted) {
        return config.choice("prediction_type", PredictionType.EPSILON, List.of(accepted));
    }

    /** The magnitude to which the predicted image is clipped; infinity where it is not. */
    static double clipLimit(ConfigReader config, boolean absent) {
        if (config.flag("clip_sample", absent)) {
            return config.number("clip_sample_range", 1, 1e-6, 1e6);
        }
        config.withoutEffect("clip_sample_range");
        return Double.POSITIVE_INFINITY;
    }

    /** Dynamic thresholding is meant for pictures, not for latents, and needs a quantile of each picture. */
    static void noThresholding(ConfigReader config) {
        config.mustBeOff("thresholding");
        config.withoutEffect("dynamic_thresholding_ratio", "sample_max_value");
    }

    /** Whether the run ends at the smallest noise level of the training instead of at none. */
    static boolean endsAtSmallestSigma(ConfigReader config) {
        return config.choice("final_sigmas_type", "zero", List.of("zero", "sigma_min"), List.of())
                .equals("sigma_min");
    }
}
