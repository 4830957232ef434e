package dev.finexl.generate.diffusion;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.embed.ClipTokenizer;
import dev.finexl.embed.RgbImage;
import dev.finexl.generate.BatchListener;
import dev.finexl.generate.GeneratorException;
import dev.finexl.generate.ImageGenerator;
import dev.finexl.generate.ImageRequest;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.generate.lora.LoraMerger;
import dev.finexl.generate.lora.LoraPart;
import dev.finexl.generate.lora.WeightedLora;
import dev.finexl.generate.noise.TorchGenerator;
import dev.finexl.generate.scheduler.Sampling;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Stable Diffusion 1.x: one CLIP text encoder, a UNet in latent space, a VAE decoder; what diffusers'
 * {@code StableDiffusionPipeline} computes, with the same noise from the same seed.
 *
 * <p>A personalised model is the same class over the same sessions, apart from those whose weights a LoRA touches. It
 * owns, and closes, only what it opened.
 */
public final class StableDiffusion implements ImageGenerator {

    private static final String TEXT_ENCODER = "text_encoder/model.onnx";
    private static final String UNET = "unet/model.onnx";
    private static final String VAE_DECODER = "vae_decoder/model.onnx";
    private static final String SCHEDULER_CONFIG = "scheduler/scheduler_config.json";
    private static final String UNET_CONFIG = "unet/config.json";
    private static final String TOKENIZER = "tokenizer";
    /** Besides the weights, what a picture depends on, as far as it is there. */
    private static final List<String> CONFIGURATION = List.of(
            "model_index.json",
            SCHEDULER_CONFIG,
            UNET_CONFIG,
            "text_encoder/config.json",
            "vae_decoder/config.json",
            "tokenizer/tokenizer.json",
            "tokenizer/tokenizer_config.json",
            "tokenizer/special_tokens_map.json",
            "tokenizer/vocab.json",
            "tokenizer/merges.txt");

    private final OnnxRuntime runtime;
    private final ModelFiles files;
    private final JsonNode schedulerConfig;
    private final VaeConfig vaeConfig;
    private final int sampleSize;
    private final ClipTokenizer tokenizer;
    private final OnnxSession textEncoder;
    private final OnnxSession unet;
    private final OnnxSession vaeDecoder;
    private final TextConditioner text;
    private final VaeDecoder vae;
    private final List<AutoCloseable> owned;

    private StableDiffusion(
            OnnxRuntime runtime,
            ModelFiles files,
            JsonNode schedulerConfig,
            VaeConfig vaeConfig,
            int sampleSize,
            ClipTokenizer tokenizer,
            OnnxSession textEncoder,
            OnnxSession unet,
            OnnxSession vaeDecoder,
            List<AutoCloseable> owned) {
        this.runtime = runtime;
        this.files = files;
        this.schedulerConfig = schedulerConfig;
        this.vaeConfig = vaeConfig;
        this.sampleSize = sampleSize;
        this.tokenizer = tokenizer;
        this.textEncoder = textEncoder;
        this.unet = unet;
        this.vaeDecoder = vaeDecoder;
        this.text = new TextConditioner(runtime, tokenizer, textEncoder);
        this.vae = new VaeDecoder(runtime, vaeDecoder, vaeConfig);
        this.owned = List.copyOf(owned);
    }

    /**
     * Opens a model in optimum's layout.
     *
     * @throws dev.finexl.store.ModelFileException if a file is missing or damaged
     * @throws dev.finexl.onnx.OnnxException if ONNX Runtime refuses a part
     */
    static StableDiffusion open(OnnxRuntime runtime, ModelFiles files) {
        JsonNode scheduler = ModelJson.read(files, SCHEDULER_CONFIG);
        VaeConfig vae = VaeConfig.read(files);
        int sampleSize = ModelJson.read(files, UNET_CONFIG).path("sample_size").asInt(64);
        try (Opened opened = new Opened()) {
            ClipTokenizer tokenizer = opened.add(ClipTokenizer.open(files, TOKENIZER, maxPositions(files)));
            OnnxSession textEncoder = opened.add(runtime.openPersonalizable(files, TEXT_ENCODER));
            OnnxSession unet = opened.add(runtime.openPersonalizable(files, UNET));
            OnnxSession vaeDecoder = opened.add(runtime.open(files, VAE_DECODER));
            StableDiffusion model = new StableDiffusion(
                    runtime, files, scheduler, vae, sampleSize, tokenizer, textEncoder, unet, vaeDecoder, opened.all());
            opened.keep();
            return model;
        }
    }

    private static int maxPositions(ModelFiles files) {
        return ModelJson.read(files, "text_encoder/config.json")
                .path("max_position_embeddings")
                .asInt(77);
    }

    @Override
    public ImageGenerator personalize(List<WeightedLora> loras) {
        Map<LoraPart, Map<String, ByteBuffer>> merged = merge(loras);
        try (Opened opened = new Opened()) {
            OnnxSession newText = personalized(opened, textEncoder, merged.get(LoraPart.TEXT_ENCODER));
            OnnxSession newUnet = personalized(opened, unet, merged.get(LoraPart.UNET));
            StableDiffusion model = new StableDiffusion(
                    runtime,
                    files,
                    schedulerConfig,
                    vaeConfig,
                    sampleSize,
                    tokenizer,
                    newText,
                    newUnet,
                    vaeDecoder,
                    opened.all());
            opened.keep();
            return model;
        }
    }

    private Map<LoraPart, Map<String, ByteBuffer>> merge(List<WeightedLora> loras) {
        LoraMerger merger = new LoraMerger(Map.of(
                LoraPart.UNET, unet.graph(),
                LoraPart.TEXT_ENCODER, textEncoder.graph()));
        try {
            return merger.merge(loras);
        } catch (IOException e) {
            throw new GeneratorException(
                    "%s: the weights to be personalised cannot be read: %s"
                            .formatted(files.reference(), e.getMessage()),
                    e);
        }
    }

    /** The part itself where no LoRA touches it, else the part with the touched weights replaced. */
    private OnnxSession personalized(Opened opened, OnnxSession part, Map<String, ByteBuffer> merged) {
        return merged == null ? part : opened.add(runtime.personalize(part, merged));
    }

    @Override
    public void generate(
            RunScope scope, List<ImageRequest> requests, SamplerSettings settings, BatchListener listener) {
        int[] shape = latentShape(settings);
        int each = shape[0] * shape[1] * shape[2];
        for (int first = 0; first < requests.size(); first += settings.batch()) {
            List<ImageRequest> batch = requests.subList(first, Math.min(requests.size(), first + settings.batch()));
            float[] latents = sample(scope, batch, settings);
            List<RgbImage> images = new ArrayList<>(batch.size());
            for (int i = 0; i < batch.size(); i++) {
                images.add(vae.decode(scope, latents, i * each, shape));
            }
            listener.done(first, images);
        }
    }

    /** The latents of one batch after the last step, flat: {@code [batch, channels, height, width]}. */
    float[] sample(RunScope scope, List<ImageRequest> batch, SamplerSettings settings) {
        int[] shape = latentShape(settings);
        int each = shape[0] * shape[1] * shape[2];
        float[] latents = new float[batch.size() * each];
        List<TorchGenerator> generators =
                batch.stream().map(image -> new TorchGenerator(image.seed())).toList();
        fillNoise(generators, latents);
        Sampling sampling = settings.scheduler().start(settings.steps());
        for (int i = 0; i < latents.length; i++) {
            latents[i] *= sampling.initNoiseSigma();
        }
        float[][] conditioning =
                text.encode(scope, batch.stream().map(ImageRequest::prompt).toList());
        float[] unconditional = settings.guided() ? text.encode(scope, List.of(settings.negativePrompt()))[0] : null;
        long[] dims = {batch.size(), shape[0], shape[1], shape[2]};
        float[] scaled = new float[latents.length];
        float[] prediction = new float[latents.length];
        try (Denoiser denoiser = new Denoiser(
                runtime, unet, dims, text.tokens(), conditioning, unconditional, settings.guidanceScale())) {
            for (int i = 0; i < sampling.evaluations(); i++) {
                sampling.scaleInput(i, latents, scaled);
                denoiser.predict(scope, scaled, sampling.timestep(i), prediction);
                sampling.step(i, prediction, latents, noise -> fillNoise(generators, noise));
            }
        }
        return latents;
    }

    /**
     * One evaluation of the UNet without guidance.
     *
     * @param latents flat, of the given shape, scaled for this timestep
     * @param prompts one for each picture of the batch
     */
    float[] evaluate(RunScope scope, float[] latents, long[] shape, List<String> prompts, double timestep) {
        float[] prediction = new float[latents.length];
        try (Denoiser denoiser =
                new Denoiser(runtime, unet, shape, text.tokens(), text.encode(scope, prompts), null, 1)) {
            denoiser.predict(scope, latents, timestep, prediction);
        }
        return prediction;
    }

    /** Every picture's part is one draw from its own generator. */
    private static void fillNoise(List<TorchGenerator> generators, float[] noise) {
        int each = noise.length / generators.size();
        for (int g = 0; g < generators.size(); g++) {
            generators.get(g).normal(noise, g * each, each);
        }
    }

    private int[] latentShape(SamplerSettings settings) {
        int scale = vaeConfig.scale();
        if (settings.height() % scale != 0 || settings.width() % scale != 0) {
            throw new GeneratorException(
                    "%s: pictures of %d × %d cannot be made, height and width must be multiples of %d"
                            .formatted(files.reference(), settings.width(), settings.height(), scale));
        }
        return new int[] {vaeConfig.latentChannels(), settings.height() / scale, settings.width() / scale};
    }

    @Override
    public JsonNode schedulerConfig() {
        return schedulerConfig;
    }

    @Override
    public int height() {
        return sampleSize * vaeConfig.scale();
    }

    @Override
    public int width() {
        return sampleSize * vaeConfig.scale();
    }

    @Override
    public List<String> files() {
        Stream<String> weights =
                Stream.of(textEncoder, unet, vaeDecoder).flatMap(part -> part.graph().fileNames().stream());
        return Stream.concat(weights, CONFIGURATION.stream().filter(files::has)).toList();
    }

    @Override
    public void close() {
        Opened.closeAll(owned);
    }
}
