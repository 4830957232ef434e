package dev.finexl.generate.diffusion;

import static dev.finexl.generate.lora.LoraPart.TEXT_ENCODER;
import static dev.finexl.generate.lora.LoraPart.TEXT_ENCODER_2;
import static dev.finexl.generate.lora.LoraPart.TRANSFORMER;

import com.fasterxml.jackson.databind.node.MissingNode;
import dev.finexl.embed.T5Tokenizer;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.generate.scheduler.Sampling;
import dev.finexl.onnx.RunScope;
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
        this.sizes = PictureSizes.of(
                MissingNode.getInstance(), SAMPLE_SIZE, parts.vae().scale(), LatentLayout.PATCH);
        this.toldGuidance = parts.networks().get(TRANSFORMER).inputs().containsKey(GUIDANCE);
    }

    @Override
    public DenoiserPorts ports() {
        return DenoiserPorts.SIGMA_TRANSFORMER;
    }

    @Override
    public int height() {
        return sizes.height();
    }

    @Override
    public int width() {
        return sizes.width();
    }

    @Override
    public LatentLayout latents(int height, int width) {
        sizes.require(parts.files(), height, width);
        int scale = parts.vae().scale();
        return new LatentLayout(parts.vae().latentChannels(), height / scale, width / scale, true);
    }

    @Override
    public boolean evaluatesTwice(SamplerSettings settings) {
        return false;
    }

    @Override
    public Sampling plan(SamplerSettings settings) {
        return FlowMatching.evenLevels(parts.files(), settings, rows(settings) * columns(settings));
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
        conditions.put(IMAGE_POSITIONS, imagePositions(prompts.size(), rows(settings), columns(settings)));
        if (toldGuidance) {
            float[] scale = {(float) settings.guidanceScale()};
            conditions.put(GUIDANCE, Embeddings.repeated(prompts.size(), scale));
        }
        return conditions;
    }

    @Override
    public Map<String, Embeddings> unconditional(RunScope scope, SamplerSettings settings) {
        throw new UnsupportedOperationException("Flux never evaluates twice");
    }

    private int rows(SamplerSettings settings) {
        return settings.height() / sizes.multiple();
    }

    private int columns(SamplerSettings settings) {
        return settings.width() / sizes.multiple();
    }

    private static Embeddings imagePositions(int prompts, int rows, int columns) {
        float[] positions = new float[rows * columns * AXES];
        for (int token = 0; token < rows * columns; token++) {
            positions[token * AXES + 1] = token / columns;
            positions[token * AXES + 2] = token % columns;
        }
        return Embeddings.repeated(prompts, positions, (long) rows * columns, AXES);
    }
}
