package dev.finexl.explain;

import dev.finexl.generate.ImageGenerator;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.generate.SamplingOption;
import dev.finexl.generate.scheduler.Scheduler;
import dev.finexl.generate.scheduler.SchedulerException;
import dev.finexl.generate.scheduler.Schedulers;

/** Fills what neither the request nor the model's {@code finexl.json} says about sampling from the model's own files. */
final class SamplerChoice {

    private static final String MODEL_FILE = "scheduler_config.json";

    private static final int FALLBACK_STEPS = 25;

    private SamplerChoice() {}

    /**
     * @throws InvalidRequestException if the scheduler is unknown, does not have so many steps, or if the model does not
     *     understand what is asked
     */
    static SamplerSettings settings(Comparison.Sampling sampling, ImageGenerator base, BatchSize batch) {
        requireUnderstood(sampling, base);
        int height = orElse(sampling.height(), base.height());
        int width = orElse(sampling.width(), base.width());
        SamplerSettings settings = new SamplerSettings(
                base.options().contains(SamplingOption.SCHEDULER) ? scheduler(sampling, base) : null,
                base.options().contains(SamplingOption.STEPS) ? orElse(sampling.steps(), FALLBACK_STEPS) : 1,
                orElse(sampling.guidanceScale(), base.guidanceScale()),
                orElse(sampling.negativePrompt(), base.absentNegativePrompt()),
                height,
                width,
                batch.of(height, width));
        requireSteps(settings, base);
        return settings;
    }

    private static <T> T orElse(T asked, T otherwise) {
        return asked != null ? asked : otherwise;
    }

    private static void requireUnderstood(Comparison.Sampling sampling, ImageGenerator base) {
        for (SamplingOption option : SamplingOption.values()) {
            if (base.options().contains(option)) {
                continue;
            }
            Object asked = switch (option) {
                case SCHEDULER -> orElse(sampling.schedulerName(), sampling.schedulerConfig());
                case STEPS -> sampling.steps();
                case GUIDANCE_SCALE -> sampling.guidanceScale();
                case NEGATIVE_PROMPT -> sampling.negativePrompt();
                case SIZE -> otherSize(sampling, base);
            };
            if (asked != null) {
                throw new InvalidRequestException(
                        option.field(), "%s does not apply to this kind of model".formatted(asked));
            }
        }
    }

    private static String otherSize(Comparison.Sampling sampling, ImageGenerator base) {
        int height = orElse(sampling.height(), base.height());
        int width = orElse(sampling.width(), base.width());
        return height == base.height() && width == base.width() ? null : height + " × " + width;
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
