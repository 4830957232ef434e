package dev.finexl.store;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/** What a model is, as its files tell. */
public enum ModelKind {
    /** A text-to-image diffusion model: a directory with {@code model_index.json}. */
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

    /**
     * What a folder holds.
     *
     * @param has whether a file of a name lies directly in it
     * @return empty if it is no model
     */
    public static Optional<ModelKind> ofFolder(Predicate<String> has) {
        if (has.test("model_index.json")) {
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
