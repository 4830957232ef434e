package dev.finexl.explain;

import dev.finexl.decompose.Divergence;
import java.util.Optional;

/**
 * What changed in each pair of pictures.
 *
 * @param embeddings as the encoder sees it
 * @param measured in the pictures' own statistics, in their own units; null where nobody measured those
 */
public record Change(Divergence embeddings, Divergence measured) {

    /** A change of which only the embeddings are known. */
    public static Change of(Divergence embeddings) {
        return new Change(embeddings, null);
    }

    /**
     * A change as it is measured, pair by pair.
     *
     * @param rows for each pair what changed in its embedding, and behind that, if there is anything, in its statistics
     * @param width of the embeddings
     */
    static Change of(float[][] rows, int width) {
        return new Change(
                columns(rows, 0, width), rows[0].length == width ? null : columns(rows, width, rows[0].length));
    }

    private static Divergence columns(float[][] rows, int from, int to) {
        return Divergence.of(EmbeddedPairs.columns(rows, from, to));
    }

    /** The change in the pictures' own statistics. */
    Optional<Divergence> statistics() {
        return Optional.ofNullable(measured);
    }

    /** The same pairs in another order. */
    Change reordered(int[] order) {
        return new Change(embeddings.reordered(order), measured == null ? null : measured.reordered(order));
    }
}
