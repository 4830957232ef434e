package dev.finexl.generate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.generate.lora.WeightedLora;
import dev.finexl.onnx.OpenModel;
import dev.finexl.onnx.RunScope;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Makes pictures from prompts. A picture depends on its prompt, its seed and the settings, never on the pictures that
 * are made together with it: every picture has a random generator of its own.
 *
 * <p>Thread-safe; who opens a generator closes it.
 */
public interface ImageGenerator extends OpenModel {

    /** The guidance scale of diffusers' own pipelines. */
    double FALLBACK_GUIDANCE = 7.5;

    /**
     * Makes one picture for each request, in batches, and hands each batch on as soon as it is done, in the order of
     * the requests.
     *
     * @throws java.util.concurrent.CancellationException if the scope was cancelled
     * @throws GeneratorException if the model cannot make pictures of these settings
     * @throws dev.finexl.onnx.OnnxException if the model refuses or fails
     */
    void generate(RunScope scope, List<ImageRequest> requests, SamplerSettings settings, BatchListener listener);

    /**
     * The same model with LoRAs applied. It uses this model's weights in place, apart from those that the LoRAs touch,
     * so it must be closed before this model is. Where a LoRA touches more than linear layers, or on CUDA, the part that
     * it touches is opened again; see {@link dev.finexl.onnx.OnnxRuntime#personalize}.
     *
     * @throws dev.finexl.generate.lora.LoraException if a LoRA does not fit this model; the message names the key
     * @throws GeneratorException if the model is of a kind that takes no LoRAs
     */
    ImageGenerator personalize(List<WeightedLora> loras);

    /**
     * The same with textual inversions too: their placeholders are tokens of the prompts.
     *
     * @throws dev.finexl.generate.lora.LoraException if a LoRA does not fit this model
     * @throws GeneratorException if a textual inversion does not fit it, or it takes none
     */
    default ImageGenerator personalize(List<WeightedLora> loras, List<TextualInversion> inversions) {
        if (!inversions.isEmpty()) {
            throw new GeneratorException("%s: the model has no text encoder that takes new tokens"
                    .formatted(inversions.getFirst().name()));
        }
        return personalize(loras);
    }

    /** What of a request's sampling it understands; with anything else a request cannot be meant for it. */
    default Set<SamplingOption> options() {
        return EnumSet.allOf(SamplingOption.class);
    }

    /** The guidance scale for a request that names none; at 1 and below there is no guidance. */
    default double guidanceScale() {
        return FALLBACK_GUIDANCE;
    }

    /** The scheduler configuration that comes with the model; null for one without {@link SamplingOption#SCHEDULER}. */
    JsonNode schedulerConfig();

    /** The height in pixels that the model was made for. */
    int height();

    /** The width in pixels that the model was made for. */
    int width();

    /** The files that a picture depends on, for provenance. */
    List<String> files();

    /**
     * What stands for a negative prompt where none is given: an empty one, or null where the model has something else for
     * none at all.
     */
    default String absentNegativePrompt() {
        return "";
    }

    /**
     * How often the denoiser, or the decoder that writes tokens, is evaluated for one picture; guidance counts twice where it
     * takes a second evaluation. 0 for a generator without either.
     *
     * @throws dev.finexl.generate.scheduler.SchedulerException if the scheduler does not have so many steps
     * @throws GeneratorException if the model cannot make pictures of these settings
     */
    int evaluationsPerImage(SamplerSettings settings);
}
