package dev.finexl.decompose;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;

/**
 * The inner loops that everything here spends its time in, and the checks of what goes into them.
 *
 * <p>A floating-point sum in one accumulator runs at the latency of an addition, and the compiler may not reorder it.
 * So rows are taken four at a time with two accumulators each, which keeps the processor's units busy without any
 * vector API: more than twice the speed of a plain loop. A row's sum never depends on which rows it was computed
 * together with, so a permutation of the concepts permutes the products and changes none.
 *
 * <p>What goes element by element the compiler turns into vector instructions by itself, but only where all arrays are walked by
 * the same index: of different offsets into one array it cannot tell that they do not overlap. So vectors that are often added or
 * rotated are arrays of their own.
 */
final class Vectors {

    /** Above this, squares could overflow; no embedding or direction comes near it. */
    private static final double LARGEST = 1e100;

    private Vectors() {}

    /** The inner product of {@code a[offset .. offset + x.length)} with {@code x}. */
    static double dot(double[] a, int offset, double[] x) {
        double even = 0;
        double odd = 0;
        int t = 0;
        for (; t + 1 < x.length; t += 2) {
            even += a[offset + t] * x[t];
            odd += a[offset + t + 1] * x[t + 1];
        }
        if (t < x.length) {
            even += a[offset + t] * x[t];
        }
        return even + odd;
    }

    /**
     * The inner products of some rows of a row-major matrix with {@code x}: {@code out[i] = a[rows[i], :] · x}.
     *
     * @param a a matrix with rows as long as {@code x}
     * @param rows row numbers, of which the first {@code count} are used
     */
    static void dots(double[] a, int[] rows, int count, double[] x, double[] out) {
        int d = x.length;
        int i = 0;
        for (; i + 3 < count; i += 4) {
            dots(a, rows[i] * d, a, rows[i + 1] * d, a, rows[i + 2] * d, a, rows[i + 3] * d, x, out, i);
        }
        for (; i < count; i++) {
            out[i] = dot(a, rows[i] * d, x);
        }
    }

    /** The inner products of four vectors with {@code x}: {@code out[k + i] = rows[k + i] · x} for i = 0 to 3. */
    static void dots(double[][] rows, int k, double[] x, double[] out) {
        dots(rows[k], 0, rows[k + 1], 0, rows[k + 2], 0, rows[k + 3], 0, x, out, k);
    }

    private static void dots(
            double[] a,
            int fromA,
            double[] b,
            int fromB,
            double[] c,
            int fromC,
            double[] d,
            int fromD,
            double[] x,
            double[] out,
            int i) {
        int pairs = x.length & ~1;
        double evenA = 0;
        double evenB = 0;
        double evenC = 0;
        double evenD = 0;
        double oddA = 0;
        double oddB = 0;
        double oddC = 0;
        double oddD = 0;
        for (int t = 0; t < pairs; t += 2) {
            double even = x[t];
            double odd = x[t + 1];
            evenA += a[fromA + t] * even;
            evenB += b[fromB + t] * even;
            evenC += c[fromC + t] * even;
            evenD += d[fromD + t] * even;
            oddA += a[fromA + t + 1] * odd;
            oddB += b[fromB + t + 1] * odd;
            oddC += c[fromC + t + 1] * odd;
            oddD += d[fromD + t + 1] * odd;
        }
        if (pairs < x.length) {
            evenA += a[fromA + pairs] * x[pairs];
            evenB += b[fromB + pairs] * x[pairs];
            evenC += c[fromC + pairs] * x[pairs];
            evenD += d[fromD + pairs] * x[pairs];
        }
        out[i] = evenA + oddA;
        out[i + 1] = evenB + oddB;
        out[i + 2] = evenC + oddC;
        out[i + 3] = evenD + oddD;
    }

    /**
     * Adds some rows of a row-major matrix to {@code y}: {@code y += factor Σ_i c[i] a[rows[i], :]}.
     *
     * @param a a matrix with rows as long as {@code y}
     * @param rows row numbers, of which the first {@code count} are used
     */
    static void addRows(double[] a, int[] rows, int count, double[] c, double factor, double[] y) {
        int d = y.length;
        int i = 0;
        for (; i + 3 < count; i += 4) {
            int r0 = rows[i] * d;
            int r1 = rows[i + 1] * d;
            int r2 = rows[i + 2] * d;
            int r3 = rows[i + 3] * d;
            double c0 = factor * c[i];
            double c1 = factor * c[i + 1];
            double c2 = factor * c[i + 2];
            double c3 = factor * c[i + 3];
            for (int t = 0; t < d; t++) {
                y[t] += (c0 * a[r0 + t] + c1 * a[r1 + t]) + (c2 * a[r2 + t] + c3 * a[r3 + t]);
            }
        }
        for (; i < count; i++) {
            add(a, rows[i] * d, factor * c[i], y);
        }
    }

    /** Subtracts four multiples: {@code y -= Σ_i c[from + i] rows[k + i]} for i = 0 to 3, in the first {@code count} elements. */
    static void subtract(double[][] rows, int k, double[] c, int from, double[] y, int count) {
        double[] r0 = rows[k];
        double[] r1 = rows[k + 1];
        double[] r2 = rows[k + 2];
        double[] r3 = rows[k + 3];
        double c0 = c[from];
        double c1 = c[from + 1];
        double c2 = c[from + 2];
        double c3 = c[from + 3];
        for (int t = 0; t < count; t++) {
            y[t] -= (c0 * r0[t] + c1 * r1[t]) + (c2 * r2[t] + c3 * r3[t]);
        }
    }

    /** Turns two vectors of one length: {@code (a, b) = (cosine a + sine b, cosine b − sine a)}. */
    static void rotate(double[] a, double[] b, double cosine, double sine) {
        for (int t = 0; t < a.length; t++) {
            double x = a[t];
            double y = b[t];
            a[t] = cosine * x + sine * y;
            b[t] = cosine * y - sine * x;
        }
    }

    /** {@code y += c a[offset .. offset + y.length)}. */
    static void add(double[] a, int offset, double c, double[] y) {
        for (int t = 0; t < y.length; t++) {
            y[t] += c * a[offset + t];
        }
    }

    /**
     * The linear combination of a matrix' rows, {@code Σ_i c[i] matrix[i, :]}.
     *
     * @throws IllegalArgumentException if there are not as many finite coefficients as rows
     */
    static double[] combination(DMatrixRMaj matrix, double[] c) {
        require(c, matrix.numRows, "coefficients");
        double[] sum = new double[matrix.numCols];
        addRows(matrix.data, firstRows(c.length), c.length, c, 1, sum);
        return sum;
    }

    /** The mean of a matrix' rows. */
    static double[] mean(DMatrixRMaj matrix) {
        double[] mean = new double[matrix.numCols];
        for (int i = 0; i < matrix.numRows; i++) {
            add(matrix.data, i * mean.length, 1, mean);
        }
        for (int t = 0; t < mean.length; t++) {
            mean[t] /= matrix.numRows;
        }
        return mean;
    }

    /** The inner products of all rows of a matrix with {@code x}. */
    static double[] product(DMatrixRMaj matrix, double[] x) {
        double[] products = new double[matrix.numRows];
        dots(matrix.data, firstRows(matrix.numRows), matrix.numRows, x, products);
        return products;
    }

    /** The inner products of all rows of a matrix with all rows of another, {@code matrix · otherᵀ}. */
    static DMatrixRMaj products(DMatrixRMaj matrix, DMatrixRMaj other) {
        DMatrixRMaj products = new DMatrixRMaj(matrix.numRows, other.numRows);
        for (int i = 0; i < matrix.numRows; i++) {
            System.arraycopy(product(other, row(matrix, i)), 0, products.data, i * other.numRows, other.numRows);
        }
        return products;
    }

    /** The Euclidean norms of a matrix' rows. */
    static double[] norms(DMatrixRMaj matrix) {
        return IntStream.range(0, matrix.numRows)
                .mapToDouble(i -> norm(row(matrix, i)))
                .toArray();
    }

    /** A copy of a matrix' row. */
    static double[] row(DMatrixRMaj matrix, int row) {
        return Arrays.copyOfRange(matrix.data, row * matrix.numCols, (row + 1) * matrix.numCols);
    }

    /** The Euclidean norm. */
    static double norm(double[] x) {
        return Math.sqrt(dot(x, 0, x));
    }

    /** The vector divided by its norm; a zero vector stays zero. */
    static double[] normalised(double[] x) {
        double norm = norm(x);
        double[] unit = x.clone();
        if (norm > 0) {
            for (int t = 0; t < unit.length; t++) {
                unit[t] /= norm;
            }
        }
        return unit;
    }

    /** The positions of the elements that are not zero, ascending. */
    static int[] nonZero(double[] x) {
        return IntStream.range(0, x.length).filter(i -> x[i] != 0).toArray();
    }

    /** The numbers 0, 1, ..., count − 1. */
    static int[] firstRows(int count) {
        return IntStream.range(0, count).toArray();
    }

    /**
     * Refuses an empty matrix and one with an element that is NaN, infinite or beyond what can be squared.
     *
     * @param name what the matrix is called in the message, e.g. "concepts"
     * @throws IllegalArgumentException that names the first bad element and what was expected
     */
    static void require(DMatrixRMaj matrix, String name) {
        if (matrix.numRows < 1 || matrix.numCols < 1) {
            throw new IllegalArgumentException("%s: expected at least 1 row and 1 column, got %d x %d"
                    .formatted(name, matrix.numRows, matrix.numCols));
        }
        int bad = firstBad(matrix.data, matrix.getNumElements());
        if (bad >= 0) {
            throw new IllegalArgumentException(
                    "%s: expected finite numbers of magnitude up to %.0e, got %s in row %d, column %d"
                            .formatted(name, LARGEST, matrix.data[bad], bad / matrix.numCols, bad % matrix.numCols));
        }
    }

    /**
     * Refuses what {@link #require(DMatrixRMaj, String)} does, and a matrix with another number of columns.
     *
     * @param name what the matrix is called in the message, e.g. "differences"
     * @throws IllegalArgumentException that says what was expected
     */
    static void requireColumns(DMatrixRMaj matrix, int columns, String name) {
        if (matrix.numCols != columns) {
            throw new IllegalArgumentException(
                    "%s: expected %d columns, got %d".formatted(name, columns, matrix.numCols));
        }
        require(matrix, name);
    }

    /**
     * Refuses a vector of another length and one with an element that is NaN, infinite or beyond what can be squared.
     *
     * @param name what the vector is called in the message, e.g. "divergence"
     * @throws IllegalArgumentException that names the first bad element and what was expected
     */
    static void require(double[] vector, int length, String name) {
        if (vector.length != length) {
            throw new IllegalArgumentException(
                    "%s: expected %d numbers, got %d".formatted(name, length, vector.length));
        }
        int bad = firstBad(vector, length);
        if (bad >= 0) {
            throw new IllegalArgumentException(
                    "%s: expected finite numbers of magnitude up to %.0e, got %s at position %d"
                            .formatted(name, LARGEST, vector[bad], bad));
        }
    }

    private static int firstBad(double[] values, int count) {
        for (int i = 0; i < count; i++) {
            // Negated so that NaN, for which every comparison is false, counts as bad.
            if (!(Math.abs(values[i]) <= LARGEST)) {
                return i;
            }
        }
        return -1;
    }
}
