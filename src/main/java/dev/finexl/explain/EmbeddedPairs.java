package dev.finexl.explain;

import dev.finexl.decompose.Divergence;
import dev.finexl.explain.Measurer.Measurement;
import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;

/**
 * The pictures of both sides as the encoder and the aspect heads see them.
 *
 * @param base embeddings of the base's pictures, n × d, rows of length 1
 * @param personalized embeddings of the other side's pictures, n × d, rows of length 1, each paired with the same row of
 *     {@code base} where they are paired
 * @param heads for each head the numbers of the same pictures
 * @param paired whether the rows are pairs; else the sides are independent, and may differ in number
 */
public record EmbeddedPairs(DMatrixRMaj base, DMatrixRMaj personalized, List<HeadNumbers> heads, boolean paired) {

    /**
     * What one head measured.
     *
     * @param base numbers of the base's pictures, n × k
     * @param personalized numbers of the other side's pictures, n × k
     * @param paired as of the pictures
     */
    public record HeadNumbers(DMatrixRMaj base, DMatrixRMaj personalized, boolean paired) {

        /** What changed in the numbers. */
        Divergence divergence() {
            return EmbeddedPairs.divergence(base, personalized, paired);
        }
    }

    /** What changed in the embeddings. */
    Divergence divergence() {
        return divergence(base, personalized, paired);
    }

    private static Divergence divergence(DMatrixRMaj base, DMatrixRMaj personalized, boolean paired) {
        return paired ? Divergence.between(base, personalized) : Divergence.unpaired(base, personalized);
    }

    /**
     * The pairs of some embeddings, without heads.
     *
     * @param base n rows, n ≥ 1
     * @param personalized as many rows, as long
     */
    public static EmbeddedPairs of(float[][] base, float[][] personalized) {
        return new EmbeddedPairs(matrix(base), matrix(personalized), List.of(), true);
    }

    /** @param base at least one picture, and, where they are paired, as many as {@code personalized} */
    static EmbeddedPairs of(List<Measurement> base, List<Measurement> personalized, boolean paired) {
        return new EmbeddedPairs(
                embeddings(base),
                embeddings(personalized),
                IntStream.range(0, base.getFirst().heads().size())
                        .mapToObj(head -> new HeadNumbers(numbers(base, head), numbers(personalized, head), paired))
                        .toList(),
                paired);
    }

    private static DMatrixRMaj embeddings(List<Measurement> side) {
        return matrix(side.stream().map(Measurement::embedding).toArray(float[][]::new));
    }

    private static DMatrixRMaj numbers(List<Measurement> side, int head) {
        return matrix(
                side.stream().map(measurement -> measurement.heads().get(head)).toArray(float[][]::new));
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
