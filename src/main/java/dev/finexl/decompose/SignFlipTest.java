package dev.finexl.decompose;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * Tests the hypothesis that nothing changed: that the paired differences d_j are symmetric about zero.
 *
 * <p>Why this test: if the personalisation did nothing, base and personalised could change places in any pair, so
 * flipping the signs of some d_j would change nothing in distribution, and |V| should not stand out among the means of
 * sign-flipped differences. It assumes nothing else: no normality, no independence of the d dimensions, and n may be
 * far below d.
 *
 * <p>Where no more than {@code flips} patterns of signs exist, all are tried and the p-value is exact. Else patterns
 * are drawn at random and p = (1 + #{as extreme}) / (1 + flips), which is valid and never 0 (Phipson and Smyth,
 * "Permutation p-values should never be zero", 2010). Patterns that differ by all signs give the same |mean| and count
 * as one.
 *
 * @param flips how many patterns of signs to try at most, at least 1
 * @param seed of the generator, a {@link SplittableRandom}
 */
public record SignFlipTest(int flips, long seed) {

    /** Statistics within this share of the largest possible one are equal: rounding must not break ties. */
    private static final double TIE = 1e-12;

    /** Patterns that one processor tries in a row, in the same arrays. */
    private static final int AT_ONCE = 512;

    /** @throws IllegalArgumentException if there is not at least one flip */
    public SignFlipTest {
        if (flips < 1) {
            throw new IllegalArgumentException("flips: expected at least 1, got " + flips);
        }
    }

    /**
     * @param pValue in (0, 1]; 1 where every difference is zero
     * @param statistic |V|, the norm of the mean difference
     * @param patterns how many patterns of signs were tried
     * @param exact whether those were all there are
     */
    public record Result(double pValue, double statistic, int patterns, boolean exact) {}

    /** Tests a divergence of n pairs in d dimensions. The time is that of {@code flips} · n · min(n, d) products. */
    public Result test(Divergence divergence) {
        Statistic statistic = Statistic.of(divergence.differences());
        int n = divergence.differences().numRows;
        double[] none = new double[n];
        Arrays.fill(none, 1);
        double extreme = statistic.at(none, statistic.room()) - TIE * statistic.largest();
        boolean exact = n - 1 < Integer.SIZE - 1 && 1 << (n - 1) <= flips;
        int patterns = exact ? 1 << (n - 1) : flips;
        int words = exact ? 1 : (n + Long.SIZE - 1) / Long.SIZE;
        SplittableRandom random = new SplittableRandom(seed);
        long[] bits = new long[patterns * words];
        // Of the exact ones the last pair's bit is never set: its sign is fixed.
        Arrays.setAll(bits, i -> exact ? i : random.nextLong());
        int asExtreme = IntStream.range(0, (patterns + AT_ONCE - 1) / AT_ONCE)
                .parallel()
                .map(part -> statistic.asExtreme(
                        extreme, bits, words, part * AT_ONCE, Math.min(patterns, (part + 1) * AT_ONCE)))
                .sum();
        double pValue = exact ? (double) asExtreme / patterns : (1.0 + asExtreme) / (1.0 + patterns);
        return new Result(pValue, divergence.norm(), patterns, exact);
    }

    /**
     * |Σ_j s_j d_j|², which orders patterns as |mean| does. From the n × n Gram matrix of the differences it costs n²
     * where the sum itself would cost nd; with more pairs than dimensions it is the other way round.
     *
     * @param matrix the Gram matrix if {@code gram}, else the differences by rows
     * @param rows the numbers of all rows of the matrix
     * @param largest what no pattern exceeds, n Σ|d_j|²
     */
    private record Statistic(DMatrixRMaj matrix, int[] rows, boolean gram, double largest) {

        static Statistic of(DMatrixRMaj differences) {
            double squares = 0;
            for (double norm : Vectors.norms(differences)) {
                squares += norm * norm;
            }
            double largest = differences.numRows * squares;
            int[] rows = Vectors.firstRows(differences.numRows);
            if (differences.numRows > differences.numCols) {
                return new Statistic(differences, rows, false, largest);
            }
            DMatrixRMaj gram = new DMatrixRMaj(differences.numRows, differences.numRows);
            CommonOps_DDRM.multOuter(differences, gram);
            return new Statistic(gram, rows, true, largest);
        }

        /** Room for what {@link #at} adds up. */
        double[] room() {
            return new double[matrix.numCols];
        }

        /** @param sum from {@link #room} */
        double at(double[] signs, double[] sum) {
            if (gram) {
                Vectors.dots(matrix.data, rows, rows.length, signs, sum);
                return Vectors.dot(sum, 0, signs);
            }
            Arrays.fill(sum, 0);
            Vectors.addRows(matrix.data, rows, rows.length, signs, 1, sum);
            return Vectors.dot(sum, 0, sum);
        }

        /**
         * How many of some patterns reach a number.
         *
         * @param bits of all patterns, {@code words} numbers for each; a pattern's signs are their bits from the lowest on
         */
        int asExtreme(double extreme, long[] bits, int words, int from, int until) {
            double[] signs = new double[rows.length];
            double[] sum = room();
            int count = 0;
            for (int pattern = from; pattern < until; pattern++) {
                for (int j = 0; j < signs.length; j++) {
                    long word = bits[pattern * words + j / Long.SIZE];
                    signs[j] = 1 - 2 * (word >>> j & 1);
                }
                if (at(signs, sum) >= extreme) {
                    count++;
                }
            }
            return count;
        }
    }
}
