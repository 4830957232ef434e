package dev.finexl.generate.diffusion;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.embed.RgbImage;
import dev.finexl.generate.BatchListener;
import dev.finexl.generate.GeneratorException;
import dev.finexl.generate.ImageGenerator;
import dev.finexl.generate.ImageRequest;
import dev.finexl.generate.Opened;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.generate.TextualInversion;
import dev.finexl.generate.lora.LoraMerger;
import dev.finexl.generate.lora.LoraPart;
import dev.finexl.generate.lora.WeightedLora;
import dev.finexl.generate.noise.TorchGenerator;
import dev.finexl.generate.scheduler.Sampling;
import dev.finexl.onnx.OnnxGraph;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A latent diffusion model of any {@linkplain Family family}: noise from each picture's own seed, the loop over the
 * scheduler's steps, guidance, the VAE decoder; what diffusers' pipelines compute, with the same noise from the same seed.
 *
 * <p>A personalised model is the same class over the same sessions, apart from those whose weights a LoRA touches. It
 * owns, and closes, only what it opened.
 */
final class DiffusionModel implements ImageGenerator {

    private final DiffusionKind kind;
    private final Parts parts;
    private final List<String> files;
    private final JsonNode schedulerConfig;
    private final Family family;
    private final VaeDecoder vae;
    private final List<AutoCloseable> owned;

    /** All batches of an explanation are sampled with the same settings. */
    private volatile Planned last;

    private record Planned(SamplerSettings settings, Sampling sampling) {}

    private DiffusionModel(
            DiffusionKind kind, Parts parts, JsonNode schedulerConfig, Family family, List<AutoCloseable> owned) {
        this.kind = kind;
        this.parts = parts;
        this.files = parts.fileNames();
        this.schedulerConfig = schedulerConfig;
        this.family = family;
        this.vae = new VaeDecoder(parts.runtime(), parts.vaeDecoder(), parts.vae());
        this.owned = List.copyOf(owned);
    }

    /**
     * Opens a model in optimum's layout.
     *
     * @throws GeneratorException if the kind is not known, or a part is missing
     * @throws dev.finexl.store.ModelFileException if a file is damaged
     * @throws dev.finexl.onnx.OnnxException if ONNX Runtime refuses a part
     */
    static DiffusionModel open(OnnxRuntime runtime, ModelFiles files) {
        DiffusionKind kind = DiffusionKind.of(files);
        JsonNode scheduler = ModelJson.read(files, Parts.SCHEDULER_CONFIG);
        try (Opened opened = new Opened()) {
            return of(kind, Parts.open(runtime, files, kind, opened), scheduler, opened);
        }
    }

    private static DiffusionModel of(DiffusionKind kind, Parts parts, JsonNode scheduler, Opened opened) {
        DiffusionModel model = new DiffusionModel(kind, parts, scheduler, kind.family(parts), opened.all());
        opened.keep();
        return model;
    }

    @Override
    public ImageGenerator personalize(List<WeightedLora> loras) {
        return personalize(loras, List.of());
    }

    @Override
    public ImageGenerator personalize(List<WeightedLora> loras, List<TextualInversion> inversions) {
        Map<LoraPart, Map<String, ByteBuffer>> merged = merge(loras);
        Map<LoraPart, NewTokens> tokens = inversions.isEmpty() ? Map.of() : newTokens(inversions);
        try (Opened opened = new Opened()) {
            return of(kind, parts.personalized(merged, tokens, opened), schedulerConfig, opened);
        }
    }

    private Map<LoraPart, NewTokens> newTokens(List<TextualInversion> inversions) {
        Map<LoraPart, NewTokens> tokens = new EnumMap<>(LoraPart.class);
        for (LoraPart part : parts.clip().keySet()) {
            OnnxGraph graph = parts.networks().get(part).graph();
            tokens.put(part, NewTokens.of(graph, part, parts.clip().size() == 1, inversions));
        }
        return tokens;
    }

    private Map<LoraPart, Map<String, ByteBuffer>> merge(List<WeightedLora> loras) {
        Map<LoraPart, OnnxGraph> graphs = new EnumMap<>(LoraPart.class);
        parts.networks().forEach((part, network) -> graphs.put(part, network.graph()));
        try {
            return new LoraMerger(kind.loras(parts.files()), graphs).merge(loras);
        } catch (IOException e) {
            throw new GeneratorException(
                    "%s: the weights to be personalised cannot be read: %s"
                            .formatted(parts.files().reference(), e.getMessage()),
                    e);
        }
    }

    @Override
    public void generate(
            RunScope scope, List<ImageRequest> requests, SamplerSettings settings, BatchListener listener) {
        LatentLayout layout = family.sizes().latents(settings.height(), settings.width());
        Map<String, Embeddings> unconditional = unconditional(scope, settings);
        for (int first = 0; first < requests.size(); first += settings.batch()) {
            List<ImageRequest> batch = requests.subList(first, Math.min(requests.size(), first + settings.batch()));
            float[] latents = sample(scope, batch, settings, unconditional);
            layout.unpack(latents);
            List<RgbImage> images = new ArrayList<>(batch.size());
            for (int i = 0; i < batch.size(); i++) {
                images.add(vae.decode(scope, latents, i * layout.size(), layout));
            }
            listener.done(first, images);
        }
    }

    /** The latents of one batch after the last step, flat, as the denoiser has them. */
    float[] sample(RunScope scope, List<ImageRequest> batch, SamplerSettings settings) {
        return sample(scope, batch, settings, unconditional(scope, settings));
    }

    /** For guidance; null for none. */
    private Map<String, Embeddings> unconditional(RunScope scope, SamplerSettings settings) {
        return family.evaluatesTwice(settings) ? family.unconditional(scope, settings) : null;
    }

    private float[] sample(
            RunScope scope, List<ImageRequest> batch, SamplerSettings settings, Map<String, Embeddings> unconditional) {
        LatentLayout layout = family.sizes().latents(settings.height(), settings.width());
        List<TorchGenerator> generators =
                batch.stream().map(image -> new TorchGenerator(image.seed())).toList();
        float[] latents = new float[Math.multiplyExact(batch.size(), layout.size())];
        fillNoise(generators, layout, latents);
        Sampling sampling = plan(settings).again();
        for (int i = 0; i < latents.length; i++) {
            latents[i] *= sampling.initNoiseSigma();
        }
        List<String> prompts = batch.stream().map(ImageRequest::prompt).toList();
        Denoiser.Batch conditions = new Denoiser.Batch(
                layout.denoiserShape(),
                family.condition(scope, prompts, settings),
                unconditional,
                new Guidance(settings.guidanceScale(), settings.options().guidanceRescale()));
        float[] scaled = new float[latents.length];
        float[] prediction = new float[latents.length];
        try (Denoiser denoiser = denoiser(conditions)) {
            for (int i = 0; i < sampling.evaluations(); i++) {
                float[] seen = latents;
                if (sampling.inputScale(i) != 1) {
                    sampling.scaleInput(i, latents, scaled);
                    seen = scaled;
                }
                denoiser.predict(scope, seen, sampling.timestep(i), prediction);
                sampling.step(i, prediction, latents, noise -> fillNoise(generators, layout, noise));
            }
        }
        return latents;
    }

    /** A run that is not to be made. */
    private Sampling plan(SamplerSettings settings) {
        Planned planned = last;
        if (planned == null || planned.settings != settings) {
            planned = new Planned(settings, family.plan(settings));
            last = planned;
        }
        return planned.sampling;
    }

    /** For one batch; the caller closes it. */
    Denoiser denoiser(Denoiser.Batch batch) {
        OnnxSession network = parts.networks().get(kind.denoiser());
        return new Denoiser(parts.runtime(), network, family.ports(), batch);
    }

    /** What tells this model from those of other families. */
    Family family() {
        return family;
    }

    /** Every picture's part is one draw from its own generator, in the VAE's order. */
    private static void fillNoise(List<TorchGenerator> generators, LatentLayout layout, float[] noise) {
        for (int g = 0; g < generators.size(); g++) {
            generators.get(g).normal(noise, g * layout.size(), layout.size());
        }
        layout.pack(noise);
    }

    @Override
    public int evaluationsPerImage(SamplerSettings settings) {
        family.sizes().latents(settings.height(), settings.width());
        return plan(settings).evaluations() * (family.evaluatesTwice(settings) ? 2 : 1);
    }

    @Override
    public String absentNegativePrompt() {
        return family.absentNegativePrompt();
    }

    @Override
    public JsonNode schedulerConfig() {
        return schedulerConfig;
    }

    @Override
    public int height() {
        return family.sizes().pictureHeight();
    }

    @Override
    public int width() {
        return family.sizes().pictureWidth();
    }

    @Override
    public List<String> files() {
        return files;
    }

    @Override
    public long bytes() {
        return Opened.bytes(owned);
    }

    @Override
    public void close() {
        Opened.closeAll(owned);
    }
}
