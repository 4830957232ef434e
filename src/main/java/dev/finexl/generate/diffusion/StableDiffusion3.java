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
    private static final int T5_TOKENS = 256;

    private final Parts parts;
    private final PictureSizes sizes;
    private final int patch;
    private final int mostPatches;
    private final int width;

    StableDiffusion3(Parts parts) {
        this.parts = parts;
        JsonNode config = parts.config(TRANSFORMER);
        this.patch = config.path("patch_size").asInt(2);
        this.mostPatches = config.path("pos_embed_max_size").asInt(96);
        this.width = config.path("joint_attention_dim").asInt(4096);
        if (patch < 1 || patch > 64 || width < 1 || width > 1 << 16) {
            throw new ModelFileException(
                    parts.files(),
                    TRANSFORMER.configFile(),
                    "needs a patch_size from 1 to 64 and a joint_attention_dim from 1 to 65536");
        }
        this.sizes = PictureSizes.of(
                config.path("sample_size"), SAMPLE_SIZE, parts.vae().scale(), patch);
    }

    @Override
    public DenoiserPorts ports() {
        return DenoiserPorts.TRANSFORMER;
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
        int most = mostPatches * sizes.multiple();
        if (height > most || width > most) {
            throw new GeneratorException(
                    "%s: pictures of %d × %d cannot be made, the transformer has positions for %d × %d"
                            .formatted(parts.files().reference(), width, height, most, most));
        }
        int scale = parts.vae().scale();
        return new LatentLayout(parts.vae().latentChannels(), height / scale, width / scale, false);
    }

    @Override
    public boolean evaluatesTwice(SamplerSettings settings) {
        return settings.guided();
    }

    @Override
    public Sampling plan(SamplerSettings settings) {
        int tokens = settings.height() / sizes.multiple() * (settings.width() / sizes.multiple());
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

    @Override
    public Map<String, Embeddings> unconditional(RunScope scope, SamplerSettings settings) {
        String negative = settings.negativePrompt() == null ? "" : settings.negativePrompt();
        return condition(scope, List.of(negative), settings);
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
