package dev.finexl.generate.scheduler;

import java.util.Arrays;

/**
 * Which noise levels are visited by the schedulers that know only those of the training (DDIM, DDPM, PNDM).
 *
 * @param stepsOffset added to each timestep with leading spacing
 */
record TrainingTimesteps(NoiseSchedule noise, TimestepSpacing spacing, int stepsOffset) {

    static TrainingTimesteps read(ConfigReader config, NoiseSchedule noise) {
        return new TrainingTimesteps(
                noise,
                CommonOptions.spacing(config, TimestepSpacing.LEADING),
                CommonOptions.stepsOffset(config, noise));
    }

    /** The timesteps of a run, falling. */
    int[] forSteps(int steps) {
        Plan.requireSteps(steps, noise.timesteps());
        return Arrays.stream(spacing.timesteps(noise.timesteps(), steps, stepsOffset))
                .mapToInt(timestep -> (int) Math.rint(timestep))
                .toArray();
    }

    /** The distance at which DDIM and PNDM look for the level after a timestep, whatever the spacing. */
    int stride(int steps) {
        return noise.timesteps() / steps;
    }
}
