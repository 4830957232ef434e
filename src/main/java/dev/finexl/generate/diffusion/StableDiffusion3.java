package dev.finexl.generate.diffusion;

import static dev.finexl.generate.lora.LoraPart.TEXT_ENCODER;
import static dev.finexl.generate.lora.LoraPart.TEXT_ENCODER_2;
import static dev.finexl.generate.lora.LoraPart.TEXT_ENCODER_3;
import static dev.finexl.generate.lora.LoraPart.TRANSFORMER;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.embed.T5Tokenizer;
import dev.finexl.generate.GeneratorException;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.generate.lora.LoraPart;
import dev.finexl.generate.scheduler.Sampling;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;
import java.util.List;
import java.util.Map;

/**
 * Stable Diffusion 3: a transformer that is conditioned on the tokens of two CLIP text encoders, side by side, followed by
 * those of T5, and on both CLIP's pooled embeddings (arXiv 2403.03206); diffusers' {@code StableDiffusion3Pipeline}. A model
 * without T5 gets zeros in its place.
 */
final class StableDiffusion3 implements Family {

    static final String POOLED = "pooled_projections";

    private static final int SAMPLE_SIZE = 128;
    private static final int POSITIONS = 96;
    private static final int T5_TOKENS = 256;
    private static final int T5_WIDTH = 4096;

    private final Parts parts;
    private final PictureSizes sizes;
    private final int width;

    StableDiffusion3(Parts parts) {
        this.parts = parts;
        this.width = parts.config(TRANSFORMER).path("joint_attention_dim").asInt(T5_WIDTH);
        if (width < 1 || width > 1 << 16) {
            throw new ModelFileException(
                    parts.files(), TRANSFORMER.configFile(), "needs a joint_attention_dim from 1 to 65536");
        }
        this.sizes = sizes(parts.files());
    }

    /** The sizes of a model's pictures, as its files have them. */
    static PictureSizes sizes(ModelFiles files) {
        JsonNode config = ModelJson.read(files, TRANSFORMER.configFile());
        int patch = config.path("patch_size").asInt(2);
        int positions = config.path("pos_embed_max_size").asInt(POSITIONS);
        if (positions < 1 || positions > PictureSizes.MOST) {
            throw new ModelFileException(
                    files, TRANSFORMER.configFile(), "needs a pos_embed_max_size from 1 to " + PictureSizes.MOST);
        }
        return PictureSizes.of(files, config.path("sample_size"), SAMPLE_SIZE, patch, positions * patch);
    }

    @Override
    public DenoiserPorts ports() {
        return DenoiserPorts.TRANSFORMER;
    }

    @Override
    public PictureSizes sizes() {
        return sizes;
    }

    @Override
    public boolean evaluatesTwice(SamplerSettings settings) {
        return settings.guided();
    }

    @Override
    public Sampling plan(SamplerSettings settings) {
        int tokens = sizes.patches(settings.height(), settings.width());
        return FlowMatching.ownLevels(parts.files(), settings, tokens);
    }

    @Override
    public Map<String, Embeddings> condition(RunScope scope, List<String> prompts, SamplerSettings settings) {
        List<Embeddings> first = clip(scope, prompts, TEXT_ENCODER);
        List<Embeddings> second = clip(scope, prompts, TEXT_ENCODER_2);
        Embeddings third = t5(scope, prompts, settings);
        Embeddings clip = first.getFirst().beside(second.getFirst());
        if (clip.width() > third.width()) {
            throw new GeneratorException("%s: CLIP's tokens have %d numbers side by side, expected at most T5's %d"
                    .formatted(parts.files().reference(), clip.width(), third.width()));
        }
        return Map.of(
                StableDiffusion.STATES,
                clip.widened(third.width()).before(third),
                POOLED,
                first.getLast().beside(second.getLast()));
    }

    private List<Embeddings> clip(RunScope scope, List<String> prompts, LoraPart part) {
        PromptEncoder encoder = parts.encoder(part);
        return encoder.encode(scope, prompts, parts.clipIds(part), encoder.penultimateState(), PromptEncoder.PROJECTED);
    }

    private Embeddings t5(RunScope scope, List<String> prompts, SamplerSettings settings) {
        int tokens = settings.options().textTokens().orElse(T5_TOKENS);
        T5Tokenizer tokenizer = parts.t5().get(TEXT_ENCODER_3);
        if (tokenizer == null) {
            return Embeddings.repeated(prompts.size(), new float[tokens * width], tokens, width);
        }
        return parts.encoder(TEXT_ENCODER_3)
                .encode(scope, prompts, prompt -> tokenizer.encode(prompt, tokens), PromptEncoder.LAST_STATE)
                .getFirst();
    }
}
