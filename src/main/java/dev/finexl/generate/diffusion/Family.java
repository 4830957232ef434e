package dev.finexl.generate.diffusion;

import dev.finexl.generate.SamplerSettings;
import dev.finexl.generate.scheduler.Sampling;
import dev.finexl.onnx.RunScope;
import java.util.List;
import java.util.Map;

/**
 * What tells one family of diffusion models from the others: how prompts become conditions, what else the denoiser is
 * told, how it sees the latents, and how a run is planned. Everything else is {@link DiffusionModel}'s.
 */
sealed interface Family permits StableDiffusion, StableDiffusionXl, StableDiffusion3, Flux {

    /** How the denoiser's inputs and outputs are called. */
    DenoiserPorts ports();

    /** The pictures that it makes. */
    PictureSizes sizes();

    /** Whether each step evaluates the denoiser twice, with and without the prompt. */
    boolean evaluatesTwice(SamplerSettings settings);

    /**
     * Plans a run.
     *
     * @throws dev.finexl.generate.scheduler.SchedulerException if the scheduler has none of so many steps
     * @throws dev.finexl.generate.GeneratorException if the scheduler does not go with the family
     */
    default Sampling plan(SamplerSettings settings) {
        return settings.scheduler().start(settings.steps());
    }

    /** What the denoiser is told of pictures of these prompts, by input, a row for each prompt. */
    Map<String, Embeddings> condition(RunScope scope, List<String> prompts, SamplerSettings settings);

    /** What the denoiser is told for guidance to lead away from, one row, where it {@link #evaluatesTwice}. */
    default Map<String, Embeddings> unconditional(RunScope scope, SamplerSettings settings) {
        String negative = settings.negativePrompt() == null ? "" : settings.negativePrompt();
        return condition(scope, List.of(negative), settings);
    }

    /** What stands for a negative prompt where none is given; null where that is not the empty one. */
    default String absentNegativePrompt() {
        return "";
    }
}
