package dev.finexl.generate.diffusion;

import static dev.finexl.generate.lora.LoraPart.TEXT_ENCODER;
import static dev.finexl.generate.lora.LoraPart.TEXT_ENCODER_2;
import static dev.finexl.generate.lora.LoraPart.TEXT_ENCODER_3;
import static dev.finexl.generate.lora.LoraPart.TRANSFORMER;
import static dev.finexl.generate.lora.LoraPart.UNET;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.finexl.generate.GeneratorException;
import dev.finexl.generate.lora.LoraFamily;
import dev.finexl.generate.lora.LoraPart;
import dev.finexl.onnx.UsualShapes;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The kinds of diffusion models that are known: the pipeline class of each, its parts and its family. */
enum DiffusionKind {
    STABLE_DIFFUSION(
            "StableDiffusionPipeline",
            LoraFamily.STABLE_DIFFUSION_1,
            List.of(TEXT_ENCODER, UNET),
            UnetConditions::sizes,
            StableDiffusion::new),
    LATENT_CONSISTENCY(
            "LatentConsistencyModelPipeline",
            LoraFamily.STABLE_DIFFUSION_1,
            List.of(TEXT_ENCODER, UNET),
            UnetConditions::sizes,
            StableDiffusion::consistency),
    STABLE_DIFFUSION_XL(
            "StableDiffusionXLPipeline",
            LoraFamily.STABLE_DIFFUSION_XL,
            List.of(TEXT_ENCODER, TEXT_ENCODER_2, UNET),
            UnetConditions::sizes,
            StableDiffusionXl::new),
    STABLE_DIFFUSION_3(
            "StableDiffusion3Pipeline",
            LoraFamily.STABLE_DIFFUSION_3,
            List.of(TEXT_ENCODER, TEXT_ENCODER_2, TEXT_ENCODER_3, TRANSFORMER),
            StableDiffusion3::sizes,
            StableDiffusion3::new),
    FLUX("FluxPipeline", LoraFamily.FLUX, List.of(TEXT_ENCODER, TEXT_ENCODER_2, TRANSFORMER), Flux::sizes, Flux::new);

    private final String pipeline;
    private final LoraFamily loras;
    private final List<LoraPart> parts;
    private final Function<ModelFiles, PictureSizes> sizes;
    private final Function<Parts, Family> family;

    DiffusionKind(
            String pipeline,
            LoraFamily loras,
            List<LoraPart> parts,
            Function<ModelFiles, PictureSizes> sizes,
            Function<Parts, Family> family) {
        this.pipeline = pipeline;
        this.loras = loras;
        this.parts = parts;
        this.sizes = sizes;
        this.family = family;
    }

    /**
     * Recognises a model by the pipeline that its index names, and where it has no index by its parts.
     *
     * @throws ModelFileException if there is no index, and no denoiser of a known class
     * @throws GeneratorException if the kind is not known, or a part that it needs is missing
     */
    static DiffusionKind of(ModelFiles files) {
        DiffusionKind kind = recognised(files)
                .orElseThrow(() -> new ModelFileException(
                        files,
                        Parts.INDEX,
                        "is missing; expected a directory as 'optimum-cli export onnx' writes it, with %s, %s, %s and the folders of the other parts"
                                .formatted(Parts.INDEX, Parts.SCHEDULER_CONFIG, Parts.VAE_DECODER)));
        List<String> missing = kind.missing(files);
        if (!missing.isEmpty()) {
            throw new GeneratorException("%s: %s is missing; a %s has the files %s, %s"
                    .formatted(
                            files.reference(),
                            String.join(", ", missing),
                            kind.pipeline,
                            Parts.INDEX,
                            String.join(", ", kind.needed(files))));
        }
        return kind;
    }

    /**
     * The kind of a model that may lack parts.
     *
     * @return empty if there is neither an index nor a denoiser of a known class
     * @throws GeneratorException if its index names no known kind
     */
    static Optional<DiffusionKind> recognised(ModelFiles files) {
        return files.has(Parts.INDEX) ? Optional.of(named(files)) : byParts(files);
    }

    /** Exporters put {@code ORT} or {@code Onnx} before the name of the pipeline. */
    private static DiffusionKind named(ModelFiles files) {
        String named = ModelJson.read(files, Parts.INDEX).path("_class_name").asText("");
        String plain = named.replaceFirst("^(ORT|Onnx)", "");
        return Arrays.stream(values())
                .filter(one -> one.pipeline.equals(plain))
                .findFirst()
                .orElseThrow(() -> new GeneratorException("%s: %s names the pipeline '%s', expected one of %s"
                        .formatted(
                                files.reference(),
                                Parts.INDEX,
                                ModelJson.excerpt(named),
                                Arrays.stream(values()).map(one -> one.pipeline).collect(Collectors.joining(", ")))));
    }

    /** What tells the kinds apart where nothing names the pipeline: the class of the denoiser and the text encoders. */
    private static Optional<DiffusionKind> byParts(ModelFiles files) {
        JsonNode unet = config(files, UNET);
        return switch (className(unet) + className(config(files, TRANSFORMER))) {
            case "UNet2DConditionModel" -> {
                if (files.has(TEXT_ENCODER_2.modelFile())) {
                    yield Optional.of(STABLE_DIFFUSION_XL);
                }
                yield Optional.of(unet.hasNonNull("time_cond_proj_dim") ? LATENT_CONSISTENCY : STABLE_DIFFUSION);
            }
            case "SD3Transformer2DModel" -> Optional.of(STABLE_DIFFUSION_3);
            case "FluxTransformer2DModel" -> Optional.of(FLUX);
            default -> Optional.empty();
        };
    }

    private static JsonNode config(ModelFiles files, LoraPart part) {
        return files.has(part.configFile()) ? ModelJson.read(files, part.configFile()) : MissingNode.getInstance();
    }

    /** diffusers' class of a network, as its configuration names it; empty if it does not. */
    static String className(JsonNode config) {
        return config.path("_class_name").asText("");
    }

    /** The files that a model needs and has not. */
    List<String> missing(ModelFiles files) {
        return needed(files).stream().filter(file -> !files.has(file)).toList();
    }

    private List<String> needed(ModelFiles files) {
        List<String> needed = new ArrayList<>(List.of(Parts.SCHEDULER_CONFIG, VaeConfig.FILE, Parts.VAE_DECODER));
        for (LoraPart part : parts(files)) {
            needed.add(part.modelFile());
            needed.add(part.configFile());
        }
        return needed;
    }

    /** The networks that a model has. Stable Diffusion 3 is also published without its third text encoder. */
    List<LoraPart> parts(ModelFiles files) {
        boolean without = this == STABLE_DIFFUSION_3 && !hasThird(files);
        return without ? parts.stream().filter(part -> part != TEXT_ENCODER_3).toList() : parts;
    }

    /** An index names the parts, also those that are missing. */
    private static boolean hasThird(ModelFiles files) {
        if (!files.has(Parts.INDEX)) {
            return files.has(TEXT_ENCODER_3.modelFile());
        }
        JsonNode third = ModelJson.read(files, Parts.INDEX).path(TEXT_ENCODER_3.folder());
        return !third.path(1).asText("null").equals("null");
    }

    /**
     * What LoRAs for a model are like. Stable Diffusion 1 and 2 have the same pipeline and the same layers; what no published
     * model of the first has is a UNet with linear projections around its attention.
     */
    LoraFamily loras(ModelFiles files) {
        boolean second = loras == LoraFamily.STABLE_DIFFUSION_1
                && ModelJson.read(files, UNET.configFile())
                        .path("use_linear_projection")
                        .asBoolean();
        return second ? LoraFamily.STABLE_DIFFUSION_2 : loras;
    }

    /** diffusers' class. */
    String pipeline() {
        return pipeline;
    }

    /** The network that predicts. */
    LoraPart denoiser() {
        return parts.getLast();
    }

    /** Whether a part is a T5 text encoder. */
    boolean readsT5(LoraPart part) {
        return this == FLUX && part == TEXT_ENCODER_2 || part == TEXT_ENCODER_3;
    }

    /** The sizes of pictures, as a model's files have them. */
    PictureSizes sizes(ModelFiles files) {
        return sizes.apply(files);
    }

    /** What a denoiser is mostly given, as a model's files have it. */
    UsualShapes usual(ModelFiles files) {
        return denoiser() == UNET ? UnetConditions.usual(files) : UsualShapes.NONE;
    }

    Family family(Parts opened) {
        return family.apply(opened);
    }
}
