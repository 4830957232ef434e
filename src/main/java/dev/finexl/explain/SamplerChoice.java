package dev.finexl.explain;

import dev.finexl.generate.ImageGenerator;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.generate.scheduler.Scheduler;
import dev.finexl.generate.scheduler.SchedulerException;
import dev.finexl.generate.scheduler.Schedulers;

/** Fills what neither the request nor the model's {@code finexl.json} says about sampling from the model's own files. */
final class SamplerChoice {

    private static final String MODEL_FILE = "scheduler_config.json";

    private SamplerChoice() {}

    /** @throws InvalidRequestException if the scheduler is unknown, or does not have so many steps */
    static SamplerSettings settings(Comparison.Sampling sampling, ImageGenerator base, int batch) {
        Scheduler scheduler = scheduler(sampling, base);
        SamplerSettings settings = new SamplerSettings(
                scheduler,
                sampling.steps(),
                sampling.guidanceScale(),
                sampling.negativePrompt() != null ? sampling.negativePrompt() : base.absentNegativePrompt(),
                sampling.height() != null ? sampling.height() : base.height(),
                sampling.width() != null ? sampling.width() : base.width(),
                batch);
        requireSteps(settings, base);
        return settings;
    }

    private static Scheduler scheduler(Comparison.Sampling sampling, ImageGenerator base) {
        if (sampling.schedulerConfig() != null) {
            try {
                return Schedulers.of(sampling.schedulerConfig(), "schedulerConfig");
            } catch (SchedulerException e) {
                throw new InvalidRequestException("schedulerConfig", e);
            }
        }
        if (sampling.schedulerName() == null) {
            return Schedulers.of(base.schedulerConfig(), MODEL_FILE);
        }
        try {
            return Schedulers.named(sampling.schedulerName(), base.schedulerConfig(), MODEL_FILE);
        } catch (SchedulerException e) {
            throw new InvalidRequestException("scheduler", e);
        }
    }

    private static void requireSteps(SamplerSettings settings, ImageGenerator base) {
        try {
            base.evaluationsPerImage(settings);
        } catch (SchedulerException e) {
            throw new InvalidRequestException("steps", e);
        }
    }
}
