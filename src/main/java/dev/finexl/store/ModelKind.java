package dev.finexl.store;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/** What a model is, as its files tell. */
public enum ModelKind {
    /** A text-to-image diffusion model: a directory with {@code model_index.json}. */
    DIFFUSION,
    /** A pair of image and text encoders: a directory with {@code config.json} and no {@code model_index.json} or {@code head.json}. */
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
        if (has.test("head.json")) {
            return Optional.of(HEAD);
        }
        return has.test("config.json") ? Optional.of(ENCODER) : Optional.empty();
    }

    /** The name for people, e.g. {@code lora}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
