package dev.finexl.store;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/** What a model is, as its files tell. */
public enum ModelKind {
    /** A text-to-image diffusion model, or parts of one: a directory with {@code model_index.json} or the folder of a part. */
    DIFFUSION,
    /** Another generator of pictures, such as a GAN or an autoregressive model: a directory with {@code generator.json}. */
    GENERATOR,
    /** A pair of image and text encoders: a directory with {@code config.json} and none of the others' files. */
    ENCODER,
    /** A LoRA: one {@code .safetensors} file. */
    LORA,
    /** An aspect head: a directory with {@code head.json}. */
    HEAD,
    /** Plain files without a model, such as pictures. */
    FOLDER;

    private static final List<String> DIFFUSION_FILES = List.of(
            "model_index.json",
            "unet/model.onnx",
            "transformer/model.onnx",
            "text_encoder/model.onnx",
            "text_encoder_2/model.onnx",
            "vae_decoder/model.onnx");

    /**
     * What a folder holds.
     *
     * @param has whether there is a file of a name in it, which may have a folder before it
     * @return empty if it is no model
     */
    public static Optional<ModelKind> ofFolder(Predicate<String> has) {
        if (DIFFUSION_FILES.stream().anyMatch(has)) {
            return Optional.of(DIFFUSION);
        }
        if (has.test("generator.json")) {
            return Optional.of(GENERATOR);
        }
        if (has.test("head.json")) {
            return Optional.of(HEAD);
        }
        return has.test("config.json") ? Optional.of(ENCODER) : Optional.empty();
    }

    /** Whether it makes pictures. */
    public boolean makesPictures() {
        return this == DIFFUSION || this == GENERATOR;
    }

    /** The name for people, e.g. {@code lora}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
