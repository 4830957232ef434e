package dev.finexl.decompose;

import org.ejml.data.DMatrixRMaj;

/**
 * Inner products of many concepts with a vector, nearly, and how far off they may be: enough to tell which few must be known
 * exactly.
 *
 * <p>Why it exists: with thousands of concepts a look at all of them is bound by memory, 8 bytes for each number. Here they are
 * held once more, in 16 bits, as shares of their concept's length, which is a quarter of their memory besides. Products of those
 * are sums of whole numbers, which are exact and which the compiler, unlike those of floating-point numbers, does several at a
 * time.
 *
 * <p>An instance is immutable and safe for use by several threads, as long as nobody changes the concepts.
 */
final class Screen {

    /** With fewer dimensions there is no copy, and products are exact: a row's end would cost more than its numbers. */
    private static final int FEWEST_DIMENSIONS = 128;

    /**
     * What a vector's length is in whole numbers. Each of its numbers then fits in 16 bits with its sign, and any product of two
     * vectors, which is at most that of their lengths, in 32.
     */
    private static final int UNIT = 32_000;

    /** Vectors shorter than this are not held in whole numbers: their lengths may have lost digits to underflow. */
    private static final double SHORTEST = 1e-140;

    private final DMatrixRMaj concepts;
    private final double[] lengths;

    /** Two numbers in each, t and t + ⌈d/2⌉, the former in the lower half: N × ⌈d/2⌉; null if products are exact. */
    private final int[] pairs;

    /**
     * @param concepts F, N × d; not copied, must not change
     * @param lengths |f_i| for each concept
     */
    Screen(DMatrixRMaj concepts, double[] lengths) {
        this.concepts = concepts;
        this.lengths = lengths;
        pairs = concepts.numCols < FEWEST_DIMENSIONS ? null : new int[concepts.numRows * half()];
        for (int i = 0; pairs != null && i < lengths.length; i++) {
            if (lengths[i] >= SHORTEST) {
                int[] low = new int[half()];
                int[] high = new int[half()];
                toWhole(concepts.data, i * concepts.numCols, lengths[i], low, high);
                for (int t = 0; t < low.length; t++) {
                    pairs[i * low.length + t] = high[t] << 16 | low[t] & 0xffff;
                }
            }
        }
    }

    /**
     * Estimates the inner products of some concepts with {@code x}: {@code out[i]} is f · x for f = rows[i].
     *
     * @param rows numbers of concepts, of which the first {@code count} are used
     * @param x a vector of length d
     * @return how far the inner product of a concept of length 1 may be from its estimate; 0 if they are exact
     */
    double estimate(int[] rows, int count, double[] x, double[] out) {
        double length = pairs == null ? 0 : Vectors.norm(x);
        if (length < SHORTEST) {
            Vectors.dots(concepts.data, rows, count, x, out);
            return 0;
        }
        int[] low = new int[half()];
        int[] high = new int[half()];
        toWhole(x, 0, length, low, high);
        double unit = length / UNIT / UNIT;
        for (int i = 0; i < count; i++) {
            int row = rows[i];
            out[i] = lengths[row] < SHORTEST
                    ? Vectors.dot(concepts.data, row * x.length, x)
                    : product(pairs, row * low.length, low, high) * lengths[row] * unit;
        }
        // With f = q + e in units of both vectors' own, x = p + ε, and no number further than ½ from its whole one, f·x
        // − q·p =
        // f·ε + e·p ≤ |f||ε| + |e||p| ≤ (2 UNIT + ½√d) ½√d. A thousandth more is for the rounding of all of it.
        double off = Math.sqrt(x.length) / 2;
        return 1.001 * (2 * UNIT + off) * off * unit;
    }

    private int half() {
        return (concepts.numCols + 1) / 2;
    }

    private void toWhole(double[] from, int offset, double length, int[] low, int[] high) {
        double scale = UNIT / length;
        for (int t = 0; t < low.length; t++) {
            low[t] = (int) Math.rint(scale * from[offset + t]);
        }
        for (int t = low.length; t < concepts.numCols; t++) {
            high[t - low.length] = (int) Math.rint(scale * from[offset + t]);
        }
    }

    private static int product(int[] pairs, int offset, int[] low, int[] high) {
        int sum = 0;
        for (int t = 0; t < low.length; t++) {
            int pair = pairs[offset + t];
            sum += (pair << 16 >> 16) * low[t] + (pair >> 16) * high[t];
        }
        return sum;
    }
}
