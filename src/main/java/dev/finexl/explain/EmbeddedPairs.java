package dev.finexl.explain;

import dev.finexl.decompose.Divergence;
import dev.finexl.explain.Measurer.Measurement;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * The pictures of both sides as the encoder and the aspect heads see them, and their own statistics.
 *
 * @param base embeddings of the base's pictures, n × d, rows of length 1
 * @param personalized embeddings of the other side's pictures, n × d, rows of length 1, each paired with the same row of
 *     {@code base} where they are paired
 * @param statistics {@link dev.finexl.embed.PictureStatistics} of the same pictures
 * @param heads for each head the numbers of the same pictures
 * @param paired whether the rows are pairs; else the sides are independent, and may differ in number
 */
public record EmbeddedPairs(
        DMatrixRMaj base, DMatrixRMaj personalized, Numbers statistics, List<Numbers> heads, boolean paired) {

    /**
     * Numbers that were measured of the pictures of both sides.
     *
     * @param base numbers of the base's pictures, n × k
     * @param personalized numbers of the other side's pictures, n × k
     * @param paired as of the pictures
     */
    public record Numbers(DMatrixRMaj base, DMatrixRMaj personalized, boolean paired) {

        /** What changed in the numbers. */
        Divergence divergence() {
            return paired ? Divergence.between(base, personalized) : Divergence.unpaired(base, personalized);
        }

        private Numbers between(int from, int to) {
            return new Numbers(rows(base, from, to), rows(personalized, from, to), paired);
        }
    }

    /**
     * The pairs of some rows as {@link ExplanationParts#embed} gives them, without heads.
     *
     * @param base n rows, n ≥ 1
     * @param personalized as many rows, as long
     * @param width of the embeddings, with which rows begin
     */
    public static EmbeddedPairs of(float[][] base, float[][] personalized, int width) {
        return new EmbeddedPairs(
                columns(base, 0, width),
                columns(personalized, 0, width),
                new Numbers(columns(base, width, base[0].length), columns(personalized, width, base[0].length), true),
                List.of(),
                true);
    }

    /** The columns from one to before another. */
    static DMatrixRMaj columns(float[][] rows, int from, int to) {
        return matrix(Arrays.stream(rows)
                .map(row -> Arrays.copyOfRange(row, from, to))
                .toArray(float[][]::new));
    }

    /** The pairs from one to before another, of pictures that are paired. */
    public EmbeddedPairs between(int from, int to) {
        return new EmbeddedPairs(
                rows(base, from, to),
                rows(personalized, from, to),
                statistics.between(from, to),
                heads.stream().map(numbers -> numbers.between(from, to)).toList(),
                paired);
    }

    private static DMatrixRMaj rows(DMatrixRMaj matrix, int from, int to) {
        return CommonOps_DDRM.extract(matrix, from, to, 0, matrix.numCols);
    }

    /** What changed. */
    public Change change() {
        return new Change(new Numbers(base, personalized, paired).divergence(), statistics.divergence());
    }

    /** @param base at least one picture, and, where they are paired, as many as {@code personalized} */
    static EmbeddedPairs of(List<Measurement> base, List<Measurement> personalized, boolean paired) {
        return new EmbeddedPairs(
                embeddings(base),
                embeddings(personalized),
                new Numbers(statistics(base), statistics(personalized), paired),
                IntStream.range(0, base.getFirst().heads().size())
                        .mapToObj(head -> new Numbers(numbers(base, head), numbers(personalized, head), paired))
                        .toList(),
                paired);
    }

    private static DMatrixRMaj embeddings(List<Measurement> side) {
        return matrix(side.stream().map(Measurement::embedding).toArray(float[][]::new));
    }

    private static DMatrixRMaj statistics(List<Measurement> side) {
        return matrix(side.stream().map(Measurement::statistics).toArray(float[][]::new));
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
