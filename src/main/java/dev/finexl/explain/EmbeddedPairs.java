package dev.finexl.explain;

import org.ejml.data.DMatrixRMaj;

/**
 * The pictures of both sides as the encoder sees them.
 *
 * @param base embeddings of the base's pictures, n × d, rows of length 1
 * @param personalized embeddings of the other side's pictures, n × d, rows of length 1, each paired with the same row of
 *     {@code base}
 */
record EmbeddedPairs(DMatrixRMaj base, DMatrixRMaj personalized) {

    static EmbeddedPairs of(float[][] base, float[][] personalized) {
        return new EmbeddedPairs(matrix(base), matrix(personalized));
    }

    private static DMatrixRMaj matrix(float[][] rows) {
        DMatrixRMaj matrix = new DMatrixRMaj(rows.length, rows[0].length);
        for (int i = 0; i < rows.length; i++) {
            for (int k = 0; k < rows[i].length; k++) {
                matrix.set(i, k, rows[i][k]);
            }
        }
        return matrix;
    }
}
