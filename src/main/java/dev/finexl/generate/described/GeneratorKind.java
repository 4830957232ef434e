package dev.finexl.generate.described;

import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import java.util.Arrays;
import java.util.List;

/** What a model with a {@code generator.json} is; pictures can be paired only within one kind. */
public enum GeneratorKind {
    /** One evaluation makes a picture of a latent vector. */
    GAN("gan"),
    /** A decoder writes picture tokens, one after another. */
    AUTOREGRESSIVE("autoregressive");

    private final String label;

    GeneratorKind(String label) {
        this.label = label;
    }

    /** The name in {@code generator.json}. */
    public String label() {
        return label;
    }

    /**
     * What a model says that it is.
     *
     * @throws ModelFileException if its file is missing or damaged, or names no known kind
     */
    public static GeneratorKind of(ModelFiles files) {
        String kind = GeneratorJson.read(files).text("kind");
        return Arrays.stream(values())
                .filter(known -> known.label.equals(kind))
                .findFirst()
                .orElseThrow(() -> new ModelFileException(
                        files,
                        GeneratorJson.FILE,
                        "field 'kind' is '%s', expected one of %s".formatted(kind, List.of("gan", "autoregressive"))));
    }
}
