package dev.finexl.decompose;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * What a personalisation changed, as seen by an image encoder: the paired differences d_j and their mean V.
 *
 * <p>The mean says what changed; the differences say how certain that is, so they are kept: {@link Bootstrap} and
 * {@link SignFlipTest} need them.
 */
public final class Divergence {

    private final DMatrixRMaj differences;
    private final double[] mean;
    private final double norm;

    private Divergence(DMatrixRMaj differences) {
        Vectors.require(differences, "differences");
        this.differences = differences;
        mean = Vectors.mean(differences);
        norm = Vectors.norm(mean);
    }

    /**
     * The divergence between paired embeddings, row j of both having been made from the same prompt and the same noise.
     *
     * @param base embeddings of the base model's images, n × d, n ≥ 1, each row L2-normalised
     * @param personalised embeddings of the personalised model's images, n × d, each row L2-normalised
     * @throws IllegalArgumentException if a matrix is empty, the shapes differ or a number is not finite
     */
    public static Divergence between(DMatrixRMaj base, DMatrixRMaj personalised) {
        Vectors.require(base, "base embeddings");
        Vectors.require(personalised, "personalised embeddings");
        if (base.numRows != personalised.numRows || base.numCols != personalised.numCols) {
            throw new IllegalArgumentException(
                    "personalised embeddings: expected %d x %d as the base embeddings have, got %d x %d"
                            .formatted(base.numRows, base.numCols, personalised.numRows, personalised.numCols));
        }
        return new Divergence(CommonOps_DDRM.subtract(personalised, base, null));
    }

    /**
     * The divergence of differences that are known already.
     *
     * @param differences d_j by rows, n × d, n ≥ 1; not copied, must not change
     * @throws IllegalArgumentException if the matrix is empty or a number is not finite
     */
    public static Divergence of(DMatrixRMaj differences) {
        return new Divergence(differences);
    }

    /** d_j by rows, n pairs × d dimensions. Not a copy, must not be changed. */
    public DMatrixRMaj differences() {
        return differences;
    }

    /** V = mean_j d_j, of length d. Not a copy, must not be changed. */
    public double[] mean() {
        return mean;
    }

    /** |V|. */
    public double norm() {
        return norm;
    }

    /**
     * The indices of the pairs in an order that depends on their differences alone: by the first component, of equal ones
     * by the second, and so on. Exists because resampling draws pairs by their place: taken in this order, it draws the
     * same pairs whatever the order in which prompts were asked for.
     */
    public int[] order() {
        int width = differences.numCols;
        return IntStream.range(0, differences.numRows)
                .boxed()
                .sorted((a, b) -> Arrays.compare(
                        differences.data, a * width, (a + 1) * width, differences.data, b * width, (b + 1) * width))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /**
     * The same pairs in another order.
     *
     * @param order for each place the index of the pair that comes there
     */
    public Divergence reordered(int[] order) {
        int width = differences.numCols;
        DMatrixRMaj rows = new DMatrixRMaj(order.length, width);
        for (int j = 0; j < order.length; j++) {
            System.arraycopy(differences.data, order[j] * width, rows.data, j * width, width);
        }
        return new Divergence(rows);
    }
}
