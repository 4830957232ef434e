package dev.finexl.generate.diffusion;

import dev.finexl.generate.GeneratorException;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.generate.scheduler.FlowMatchEulerScheduler;
import dev.finexl.generate.scheduler.Sampling;
import dev.finexl.store.ModelFiles;
import java.util.OptionalDouble;

/** Plans the runs of models that were trained by flow matching, whose shift may depend on how many tokens a picture has. */
final class FlowMatching {

    private FlowMatching() {}

    /** A run over the scheduler's own noise levels. */
    static Sampling ownLevels(ModelFiles files, SamplerSettings settings, int imageTokens) {
        FlowMatchEulerScheduler scheduler = scheduler(files, settings);
        return scheduler.usesDynamicShift()
                ? scheduler.start(settings.steps(), scheduler.mu(imageTokens))
                : scheduler.start(settings.steps());
    }

    /** A run over even noise levels from 1 on. */
    static Sampling evenLevels(ModelFiles files, SamplerSettings settings, int imageTokens) {
        FlowMatchEulerScheduler scheduler = scheduler(files, settings);
        return scheduler.start(
                FlowMatchEulerScheduler.evenSigmas(settings.steps()),
                scheduler.usesDynamicShift() ? OptionalDouble.of(scheduler.mu(imageTokens)) : OptionalDouble.empty());
    }

    private static FlowMatchEulerScheduler scheduler(ModelFiles files, SamplerSettings settings) {
        if (settings.scheduler() instanceof FlowMatchEulerScheduler flow) {
            return flow;
        }
        throw new GeneratorException("%s: the scheduler is %s, expected FlowMatchEulerDiscreteScheduler"
                .formatted(files.reference(), settings.scheduler().config().get("_class_name")));
    }
}
