package dev.finexl.embed;

import java.util.List;

/**
 * The text half of a CLIP-like encoder pair: turns texts into points of the space that it shares with pictures.
 *
 * <p>This is all that the measuring of concepts needs to know of an encoder, so that it can be read and tested without
 * one.
 */
public interface TextEncoder {

    /** The number of components of an embedding, at least 1. */
    int width();

    /**
     * Embeds texts. Texts longer than the encoder's context are cut as the encoder's own tokenizer cuts them.
     *
     * @param texts at least one text
     * @return {@code [texts.size()][width()]}: row i is the embedding of text i, of L2 norm 1. A row depends on its own text
     *     alone and not on the texts it is embedded with. The caller owns the array.
     */
    float[][] embedTexts(List<String> texts);
}
