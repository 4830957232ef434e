package dev.finexl.generate.diffusion;

import dev.finexl.generate.GeneratorException;
import dev.finexl.generate.ImageGenerator;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.store.ModelFiles;

/** Opens diffusion models of the kinds that are known, in the layout that {@code optimum-cli export onnx} writes. */
public final class DiffusionModels {

    private DiffusionModels() {}

    /**
     * Opens a model.
     *
     * @throws GeneratorException if the model is of a kind that is not supported, or lacks a part
     * @throws dev.finexl.store.ModelFileException if a file is missing or damaged
     * @throws dev.finexl.onnx.OnnxException if ONNX Runtime refuses a part
     */
    public static ImageGenerator open(OnnxRuntime runtime, ModelFiles files) {
        return DiffusionModel.open(runtime, files);
    }
}
