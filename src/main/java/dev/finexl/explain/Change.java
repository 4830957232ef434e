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

    /** The change in the pictures' own statistics. */
    Optional<Divergence> statistics() {
        return Optional.ofNullable(measured);
    }

    /** The same pairs in another order. */
    Change reordered(int[] order) {
        return new Change(embeddings.reordered(order), measured == null ? null : measured.reordered(order));
    }
}
