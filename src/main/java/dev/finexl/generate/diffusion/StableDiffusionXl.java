package dev.finexl.generate.diffusion;

import static dev.finexl.generate.lora.LoraPart.TEXT_ENCODER;
import static dev.finexl.generate.lora.LoraPart.TEXT_ENCODER_2;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.generate.GeneratorException;
import dev.finexl.generate.PipelineOptions.SizeConditions;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.generate.lora.LoraPart;
import dev.finexl.onnx.RunScope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Stable Diffusion XL: the UNet is conditioned on the penultimate states of two CLIP text encoders side by side, on the
 * second one's pooled embedding, and on the picture's size and crop (arXiv 2307.01952); diffusers' {@code
 * StableDiffusionXLPipeline}.
 */
final class StableDiffusionXl implements Family {

    private static final String POOLED = "text_embeds";
    private static final String SIZES = "time_ids";

    private final Parts parts;
    private final UnetConditions unet;
    private final boolean zerosForNone;

    StableDiffusionXl(Parts parts) {
        this.parts = parts;
        this.unet = UnetConditions.of(parts);
        JsonNode index = parts.index();
        this.zerosForNone = index.path("force_zeros_for_empty_prompt").asBoolean(true);
        if (index.path("requires_aesthetics_score").asBoolean(false)) {
            throw new GeneratorException(
                    "%s: %s has requires_aesthetics_score, as a refiner has; expected a base model of Stable Diffusion XL"
                            .formatted(parts.files().reference(), Parts.INDEX));
        }
    }

    @Override
    public DenoiserPorts ports() {
        return DenoiserPorts.UNET;
    }

    @Override
    public PictureSizes sizes() {
        return unet.sizes();
    }

    @Override
    public boolean evaluatesTwice(SamplerSettings settings) {
        return settings.guided() && !unet.isToldGuidance();
    }

    @Override
    public Map<String, Embeddings> condition(RunScope scope, List<String> prompts, SamplerSettings settings) {
        Embeddings first = encode(scope, prompts, TEXT_ENCODER).getFirst();
        List<Embeddings> second = encode(scope, prompts, TEXT_ENCODER_2);
        Map<String, Embeddings> conditions = new LinkedHashMap<>();
        conditions.put(StableDiffusion.STATES, first.beside(second.getFirst()));
        conditions.put(POOLED, second.getLast());
        conditions.put(SIZES, sizes(prompts.size(), settings));
        unet.addGuidance(conditions, prompts.size(), settings);
        return conditions;
    }

    @Override
    public Map<String, Embeddings> unconditional(RunScope scope, SamplerSettings settings) {
        Map<String, Embeddings> conditions = Family.super.unconditional(scope, settings);
        if (settings.negativePrompt() == null && zerosForNone) {
            conditions.computeIfPresent(StableDiffusion.STATES, (_, states) -> states.zeros());
            conditions.computeIfPresent(POOLED, (_, pooled) -> pooled.zeros());
        }
        return conditions;
    }

    @Override
    public String absentNegativePrompt() {
        return zerosForNone ? null : "";
    }

    private List<Embeddings> encode(RunScope scope, List<String> prompts, LoraPart part) {
        PromptEncoder encoder = parts.encoder(part);
        String states = encoder.penultimateState();
        return part == TEXT_ENCODER
                ? encoder.encode(scope, prompts, parts.clipIds(part), states)
                : encoder.encode(scope, prompts, parts.clipIds(part), states, PromptEncoder.PROJECTED);
    }

    /** Height before width, in this order: the original size, the crop's corner, the size that is wanted. */
    private static Embeddings sizes(int prompts, SamplerSettings settings) {
        SizeConditions sizes =
                settings.options().sizes().orElseGet(() -> SizeConditions.whole(settings.height(), settings.width()));
        float[] row = {
            sizes.originalHeight(),
            sizes.originalWidth(),
            sizes.cropTop(),
            sizes.cropLeft(),
            sizes.targetHeight(),
            sizes.targetWidth()
        };
        return Embeddings.repeated(prompts, row, row.length);
    }
}
