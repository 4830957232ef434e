package dev.finexl.evaluate;

import dev.finexl.concept.ConceptDirections;
import dev.finexl.explain.EmbeddedPairs;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * What a method is told of one personalisation: the same for all methods.
 *
 * @param base embeddings of the base's pictures, n × d, rows of length 1
 * @param personalized embeddings of the other side's pictures, n × d, each paired with the same row of {@code base}
 * @param concepts what it may name
 */
record Evidence(DMatrixRMaj base, DMatrixRMaj personalized, Concepts concepts) {

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
        EmbeddedPairs pairs = EmbeddedPairs.of(base, personalized);
        return new Evidence(pairs.base(), pairs.personalized(), concepts);
    }

    /** The evidence of some of the pairs, whose first draws the first prompt. */
    Evidence pairs(int from, int to) {
        return new Evidence(rows(base, from, to), rows(personalized, from, to), concepts);
    }

    private static DMatrixRMaj rows(DMatrixRMaj matrix, int from, int to) {
        return CommonOps_DDRM.extract(matrix, from, to, 0, matrix.numCols);
    }

    /** How many pairs of pictures there are. */
    int pairs() {
        return base.numRows;
    }
}
