package dev.finexl.decompose;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * What a personalisation changed, as seen by an image encoder: the paired differences d_j and their mean V.
 *
 * <p>The mean says what changed; the differences say how certain that is, so they are kept: {@link Bootstrap} and
 * {@link SignFlipTest} need them.
 *
 * <p>Where pictures are not paired, V is the difference of the two sides' means, and each picture stands for itself: row j is
 * what it adds to V, n / n_side times the picture as seen from the mean of all, negative for the base. The mean of all rows
 * is V then as well, so whatever works on a mean of rows works here, as long as it draws and leaves out rows side by side.
 */
public final class Divergence {

    private final DMatrixRMaj differences;
    private final int baseRows;
    private final double[] mean;
    private final double norm;

    private Divergence(DMatrixRMaj differences, int baseRows) {
        Vectors.require(differences, "differences");
        this.differences = differences;
        this.baseRows = baseRows;
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
        return new Divergence(CommonOps_DDRM.subtract(personalised, base, null), 0);
    }

    /**
     * The divergence between two independent sets of embeddings.
     *
     * @param base embeddings of the base model's images, n × d, n ≥ 2
     * @param personalised embeddings of the personalised model's images, m × d, m ≥ 2
     * @throws IllegalArgumentException if a matrix has fewer rows, the widths differ or a number is not finite
     */
    public static Divergence unpaired(DMatrixRMaj base, DMatrixRMaj personalised) {
        Vectors.require(base, "base embeddings");
        Vectors.require(personalised, "personalised embeddings");
        if (base.numCols != personalised.numCols || base.numRows < 2 || personalised.numRows < 2) {
            throw new IllegalArgumentException(
                    "expected at least 2 embeddings on each side, equally wide, got %d x %d and %d x %d"
                            .formatted(base.numRows, base.numCols, personalised.numRows, personalised.numCols));
        }
        DMatrixRMaj rows = new DMatrixRMaj(base.numRows + personalised.numRows, base.numCols);
        CommonOps_DDRM.concatRows(base, personalised, rows);
        double[] centre = Vectors.mean(rows);
        for (int j = 0; j < rows.numRows; j++) {
            double scale = scale(j, base.numRows, rows.numRows);
            for (int k = 0; k < rows.numCols; k++) {
                rows.set(j, k, scale * (rows.get(j, k) - centre[k]));
            }
        }
        return new Divergence(rows, base.numRows);
    }

    private static double scale(int row, int base, int all) {
        return row < base ? -(double) all / base : (double) all / (all - base);
    }

    /** Whether the rows are differences of pairs. */
    public boolean paired() {
        return baseRows == 0;
    }

    /** How many of the rows, the first ones, are the base's pictures; 0 for pairs. */
    int baseRows() {
        return baseRows;
    }

    /** The ends, by rows, of the sets that are drawn from by themselves: one of all pairs, or the two sides. */
    int[] ends() {
        return paired() ? new int[] {differences.numRows} : new int[] {baseRows, differences.numRows};
    }

    /** The pictures of two independent sides, those of the base first, as seen from the mean of all. */
    DMatrixRMaj pictures() {
        DMatrixRMaj pictures = differences.copy();
        for (int j = 0; j < pictures.numRows; j++) {
            double scale = scale(j, baseRows, pictures.numRows);
            for (int k = 0; k < pictures.numCols; k++) {
                pictures.set(j, k, pictures.get(j, k) / scale);
            }
        }
        return pictures;
    }

    /** One number of each row by itself, n × 1. */
    Divergence column(int column) {
        DMatrixRMaj own = new DMatrixRMaj(differences.numRows, 1);
        for (int j = 0; j < own.numRows; j++) {
            own.set(j, 0, differences.get(j, column));
        }
        return new Divergence(own, baseRows);
    }

    /**
     * The divergence of differences that are known already.
     *
     * @param differences d_j by rows, n × d, n ≥ 1; not copied, must not change
     * @throws IllegalArgumentException if the matrix is empty or a number is not finite
     */
    public static Divergence of(DMatrixRMaj differences) {
        return new Divergence(differences, 0);
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

    /** The cosine of the mean differences of two divergences of the same width, -1 to 1; 0 where one of them is zero. */
    public double similarity(Divergence other) {
        double norms = norm * other.norm;
        return norms == 0 ? 0 : Math.clamp(Vectors.dot(mean, 0, other.mean) / norms, -1, 1);
    }

    /**
     * The indices of the pairs in an order that depends on their differences alone: by the first component, of equal ones
     * by the second, and so on. Exists because resampling draws pairs by their place: taken in this order, it draws the
     * same pairs whatever the order in which prompts were asked for. Independent sides stay where they are, each in its own
     * order.
     */
    public int[] order() {
        int width = differences.numCols;
        return IntStream.range(0, differences.numRows)
                .boxed()
                .sorted(Comparator.comparing((Integer row) -> row >= baseRows)
                        .thenComparing((a, b) -> Arrays.compare(
                                differences.data,
                                a * width,
                                (a + 1) * width,
                                differences.data,
                                b * width,
                                (b + 1) * width)))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /**
     * The same pairs in another order.
     *
     * @param order for each place the index of the pair that comes there; independent sides must stay where they are
     */
    public Divergence reordered(int[] order) {
        int width = differences.numCols;
        DMatrixRMaj rows = new DMatrixRMaj(order.length, width);
        for (int j = 0; j < order.length; j++) {
            System.arraycopy(differences.data, order[j] * width, rows.data, j * width, width);
        }
        return new Divergence(rows, baseRows);
    }
}
