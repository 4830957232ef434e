package dev.finexl.generate.diffusion;

import dev.finexl.generate.GeneratorException;
import dev.finexl.generate.ImageGenerator;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;

/** Opens the diffusion models that are known, by the class that {@code model_index.json} names. */
public final class DiffusionModels {

    private static final String INDEX = "model_index.json";

    private DiffusionModels() {}

    /**
     * Opens a model.
     *
     * @throws GeneratorException if the model is of a kind that is not supported
     * @throws dev.finexl.store.ModelFileException if a file is missing or damaged
     * @throws dev.finexl.onnx.OnnxException if ONNX Runtime refuses a part
     */
    public static ImageGenerator open(OnnxRuntime runtime, ModelFiles files) {
        String kind = ModelJson.read(files, INDEX).path("_class_name").asText("");
        return switch (kind) {
            case "StableDiffusionPipeline", "ORTStableDiffusionPipeline", "OnnxStableDiffusionPipeline" ->
                StableDiffusion.open(runtime, files);
            default ->
                throw new GeneratorException("%s: %s names the pipeline '%s', expected StableDiffusionPipeline"
                        .formatted(files.reference(), INDEX, kind));
        };
    }
}
