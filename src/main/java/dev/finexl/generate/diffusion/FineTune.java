package dev.finexl.generate.diffusion;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.generate.GeneratorException;
import dev.finexl.generate.lora.LoraPart;
import dev.finexl.onnx.NetworkCard;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;
import dev.finexl.store.RoutedFiles;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A fine-tune that comes without what it did not change. Exists because training touches one network, mostly the denoiser, and
 * often only that is passed on: as a directory with the parts that differ, or as the network's own directory. All else is the
 * base's.
 *
 * <p>A part counts as a whole, with its configuration and its weights: a file that it lacks is missing, and not the base's.
 */
public final class FineTune {

    private static final String NETWORK = "model.onnx";
    private static final String CONFIG = "config.json";
    private static final String EPSILON = "epsilon";

    private FineTune() {}

    /**
     * What one network of a diffusion model is, where a directory is its own.
     *
     * @return diffusers' class, as its configuration names it; empty for any other directory
     */
    public static Optional<String> networkClass(ModelFiles files) {
        return files.has(NETWORK) && files.has(CONFIG)
                ? Optional.of(DiffusionKind.className(ModelJson.read(files, CONFIG)))
                        .filter(name -> !name.isEmpty())
                : Optional.empty();
    }

    /**
     * What that network's file says of itself.
     *
     * @throws dev.finexl.store.ModelFileException if it is damaged
     */
    public static NetworkCard networkCard(ModelFiles files) throws IOException {
        return NetworkCard.read(files, NETWORK);
    }

    /**
     * The whole model that a fine-tune of a base is.
     *
     * @param own a whole model, which is left as it is; some parts of one; or a denoiser alone
     * @throws GeneratorException if it has a part that the base has not, and so is no fine-tune of it; or if it predicts
     *     something else than the base, for both are denoised by one scheduler
     * @throws dev.finexl.store.ModelFileException if the base is no diffusion model
     */
    public static ModelFiles completed(ModelFiles own, ModelFiles base) {
        DiffusionKind kind = DiffusionKind.of(base);
        if (networkClass(own).isPresent()) {
            requireSameClass(own, CONFIG, base, kind.denoiser());
            return RoutedFiles.replaced(base, own, Map.of(kind.denoiser().folder() + "/", ""));
        }
        Optional<DiffusionKind> ownKind = DiffusionKind.recognised(own);
        boolean whole = ownKind.isPresent() && ownKind.get().missing(own).isEmpty();
        boolean otherPipeline = own.has(Parts.INDEX) && ownKind.get() != kind;
        if (whole || otherPipeline) {
            requireSamePrediction(own, base);
            return own;
        }
        Map<String, String> folders = new LinkedHashMap<>();
        List<LoraPart> parts = kind.parts(base);
        for (LoraPart part : LoraPart.values()) {
            if (own.has(part.modelFile())) {
                if (!parts.contains(part)) {
                    throw new GeneratorException(
                            "%s has a %s, which a %s such as %s has not; expected parts of the base"
                                    .formatted(own.reference(), part.folder(), kind.pipeline(), base.reference()));
                }
                requireSameClass(own, part.configFile(), base, part);
                take(part.folder(), folders);
            }
            String tokenizer = Parts.tokenizerFolder(part);
            if (Parts.TOKENIZER_FILES.stream().anyMatch(file -> own.has(tokenizer + "/" + file))) {
                take(tokenizer, folders);
            }
        }
        if (own.has(Parts.VAE_DECODER)) {
            take(VaeConfig.FOLDER, folders);
        }
        return folders.isEmpty() ? own : RoutedFiles.replaced(base, own, folders);
    }

    private static void take(String folder, Map<String, String> folders) {
        folders.put(folder + "/", folder + "/");
    }

    private static void requireSamePrediction(ModelFiles own, ModelFiles base) {
        String predicted = prediction(own);
        String expected = prediction(base);
        if (!predicted.equals(expected)) {
            throw new GeneratorException(
                    "%s: %s says that it predicts '%s', but the base predicts '%s': one scheduler cannot denoise both"
                            .formatted(own.reference(), Parts.SCHEDULER_CONFIG, predicted, expected));
        }
    }

    /** What a model's denoiser predicts: a velocity in flow matching, else what its scheduler's configuration says. */
    private static String prediction(ModelFiles files) {
        if (!files.has(Parts.SCHEDULER_CONFIG)) {
            return EPSILON;
        }
        JsonNode config = ModelJson.read(files, Parts.SCHEDULER_CONFIG);
        return DiffusionKind.className(config).startsWith("FlowMatch")
                ? "flow"
                : ModelJson.excerpt(config.path("prediction_type").asText(EPSILON));
    }

    private static void requireSameClass(ModelFiles own, String file, ModelFiles base, LoraPart part) {
        String expected = DiffusionKind.className(ModelJson.read(base, part.configFile()));
        JsonNode config = ModelJson.read(own, file);
        if (!DiffusionKind.className(config).equals(expected)) {
            throw new GeneratorException("%s: %s names the class '%s', but the base's %s is a '%s'"
                    .formatted(
                            own.reference(),
                            file,
                            ModelJson.excerpt(DiffusionKind.className(config)),
                            part.folder(),
                            ModelJson.excerpt(expected)));
        }
    }
}
