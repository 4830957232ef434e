package dev.finexl.generate.diffusion;

import static dev.finexl.generate.lora.LoraPart.TEXT_ENCODER;
import static dev.finexl.generate.lora.LoraPart.TEXT_ENCODER_2;
import static dev.finexl.generate.lora.LoraPart.TRANSFORMER;

import dev.finexl.embed.T5Tokenizer;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.generate.scheduler.Sampling;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.ModelFiles;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * FLUX.1: a transformer over the tokens of T5 and of the picture, whose latents are packed in patches of 2 × 2; each token
 * has a position of three numbers, zeros for text and (0, row, column) for the picture. CLIP gives the pooled embedding. The
 * models are distilled: a run evaluates once for each step, and where the transformer has the input {@code guidance} it is
 * told the scale. Diffusers' {@code FluxPipeline}.
 */
final class Flux implements Family {

    private static final int SAMPLE_SIZE = 128;
    private static final int T5_TOKENS = 512;
    private static final int AXES = 3;
    private static final String TEXT_POSITIONS = "txt_ids";
    private static final String IMAGE_POSITIONS = "img_ids";
    private static final String GUIDANCE = "guidance";

    private final Parts parts;
    private final PictureSizes sizes;
    private final boolean toldGuidance;

    Flux(Parts parts) {
        this.parts = parts;
        this.sizes = sizes(parts.files());
        this.toldGuidance = parts.networks().get(TRANSFORMER).inputs().containsKey(GUIDANCE);
    }

    /** The sizes of a model's pictures, which all models of the family have in common. */
    static PictureSizes sizes(ModelFiles files) {
        return new PictureSizes(
                files, VaeConfig.read(files), SAMPLE_SIZE, SAMPLE_SIZE, LatentLayout.PATCH, PictureSizes.MOST, true);
    }

    @Override
    public DenoiserPorts ports() {
        return DenoiserPorts.SIGMA_TRANSFORMER;
    }

    @Override
    public PictureSizes sizes() {
        return sizes;
    }

    @Override
    public boolean evaluatesTwice(SamplerSettings settings) {
        return false;
    }

    @Override
    public Sampling plan(SamplerSettings settings) {
        int tokens = sizes.patches(settings.height(), settings.width());
        return FlowMatching.evenLevels(parts.files(), settings, tokens);
    }

    @Override
    public Map<String, Embeddings> condition(RunScope scope, List<String> prompts, SamplerSettings settings) {
        int tokens = settings.options().textTokens().orElse(T5_TOKENS);
        T5Tokenizer tokenizer = parts.t5().get(TEXT_ENCODER_2);
        Map<String, Embeddings> conditions = new LinkedHashMap<>();
        conditions.put(
                StableDiffusion.STATES,
                parts.encoder(TEXT_ENCODER_2)
                        .encode(scope, prompts, prompt -> tokenizer.encode(prompt, tokens), PromptEncoder.LAST_STATE)
                        .getFirst());
        conditions.put(
                StableDiffusion3.POOLED,
                parts.encoder(TEXT_ENCODER)
                        .encode(scope, prompts, parts.clipIds(TEXT_ENCODER), PromptEncoder.POOLED)
                        .getFirst());
        conditions.put(TEXT_POSITIONS, Embeddings.repeated(prompts.size(), new float[tokens * AXES], tokens, AXES));
        conditions.put(
                IMAGE_POSITIONS, imagePositions(prompts.size(), sizes.latents(settings.height(), settings.width())));
        if (toldGuidance) {
            float[] scale = {(float) settings.guidanceScale()};
            conditions.put(GUIDANCE, Embeddings.repeated(prompts.size(), scale));
        }
        return conditions;
    }

    private static Embeddings imagePositions(int prompts, LatentLayout latents) {
        int columns = latents.width() / LatentLayout.PATCH;
        int tokens = latents.height() / LatentLayout.PATCH * columns;
        float[] positions = new float[tokens * AXES];
        for (int token = 0; token < tokens; token++) {
            positions[token * AXES + 1] = token / columns;
            positions[token * AXES + 2] = token % columns;
        }
        return Embeddings.repeated(prompts, positions, tokens, AXES);
    }
}
