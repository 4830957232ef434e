package dev.finexl.evaluate;

import dev.finexl.concept.ConceptDirections;
import dev.finexl.explain.EmbeddedPairs;
import org.ejml.data.DMatrixRMaj;

/**
 * What a method is told of one personalisation: the same for all methods.
 *
 * @param pictures of both sides
 * @param concepts what it may name
 */
record Evidence(EmbeddedPairs pictures, Concepts concepts) {

    /**
     * Concepts as vectors of the encoder's space.
     *
     * @param measured the directions of all wordings
     * @param directions f(C), N × d: for each concept the mean over its wordings
     * @param texts E_t[C], N × d: for each concept the mean over its wordings of the embedding of the wording alone, of
     *     length 1
     */
    record Concepts(ConceptDirections measured, DMatrixRMaj directions, DMatrixRMaj texts) {

        int count() {
            return directions.numRows;
        }
    }

    static Evidence of(float[][] base, float[][] personalized, Concepts concepts) {
        return new Evidence(
                EmbeddedPairs.of(base, personalized, concepts.measured().width()), concepts);
    }

    /** The evidence of some of the pairs, whose first draws the first prompt. */
    Evidence pairs(int from, int to) {
        return new Evidence(pictures.between(from, to), concepts);
    }

    /** Embeddings of the base's pictures, n × d, rows of length 1. */
    DMatrixRMaj base() {
        return pictures.base();
    }

    /** Embeddings of the other side's pictures, n × d, each paired with the same row of {@link #base}. */
    DMatrixRMaj personalized() {
        return pictures.personalized();
    }

    /** How many pairs of pictures there are. */
    int pairs() {
        return base().numRows;
    }
}
