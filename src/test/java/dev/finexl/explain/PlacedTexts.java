package dev.finexl.explain;

import dev.finexl.embed.TextEncoder;
import java.util.List;
import java.util.function.Function;

/**
 * An encoder of texts whose embeddings are known.
 *
 * @param place from a text to its embedding
 */
record PlacedTexts(int width, Function<String, float[]> place) implements TextEncoder {

    @Override
    public float[][] embedTexts(List<String> texts) {
        return texts.stream().map(place).toArray(float[][]::new);
    }
}
