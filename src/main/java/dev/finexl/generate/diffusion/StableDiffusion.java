package dev.finexl.generate.diffusion;

import static dev.finexl.generate.lora.LoraPart.TEXT_ENCODER;

import dev.finexl.generate.SamplerSettings;
import dev.finexl.onnx.RunScope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Stable Diffusion 1 and 2 and Latent Consistency Models: the UNet is conditioned on the last state of one CLIP text encoder;
 * diffusers' {@code StableDiffusionPipeline} and {@code LatentConsistencyModelPipeline}. What a UNet predicts, the
 * scheduler's configuration says.
 */
final class StableDiffusion implements Family {

    static final String STATES = "encoder_hidden_states";

    private final Parts parts;
    private final UnetConditions unet;
    private final boolean mayGuide;

    StableDiffusion(Parts parts) {
        this(parts, true);
    }

    private StableDiffusion(Parts parts, boolean mayGuide) {
        this.parts = parts;
        this.unet = UnetConditions.of(parts);
        this.mayGuide = mayGuide && !unet.isToldGuidance();
    }

    /** A model that makes pictures in a few steps, each evaluated once whatever the guidance scale. */
    static StableDiffusion consistency(Parts parts) {
        return new StableDiffusion(parts, false);
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
        return mayGuide && settings.guided();
    }

    @Override
    public Map<String, Embeddings> condition(RunScope scope, List<String> prompts, SamplerSettings settings) {
        Map<String, Embeddings> conditions = new LinkedHashMap<>();
        conditions.put(
                STATES,
                parts.encoder(TEXT_ENCODER)
                        .encode(scope, prompts, parts.clipIds(TEXT_ENCODER), PromptEncoder.LAST_STATE)
                        .getFirst());
        unet.addGuidance(conditions, prompts.size(), settings);
        return conditions;
    }
}
