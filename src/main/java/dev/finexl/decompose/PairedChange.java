package dev.finexl.decompose;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;

/**
 * How much each of k measured numbers changed from one side of the pairs to the other, and how certain that is. Exists
 * because a number that was measured of each picture needs no decomposition, only what holds for a mean of paired
 * differences: a percentile interval by resampling the pairs ({@link Bootstrap}) and a test of "no change"
 * ({@link ChangeTest}), each number by itself.
 *
 * <p>With many numbers some differ by chance. Which of them changed is therefore decided over all k together, by Holm's
 * step-down procedure ("A simple sequentially rejective multiple test procedure", 1979): the probability that any of
 * those named did not change is at most the level, however the numbers depend on each other.
 *
 * @param mean for each number the mean of its paired differences
 * @param low for each number the lower end of the interval
 * @param high for each number the upper end of the interval
 * @param pValue for each number that of the test, in (0, 1]
 * @param changed for each number whether it changed, as Holm's procedure decides
 */
public record PairedChange(double[] mean, double[] low, double[] high, double[] pValue, boolean[] changed) {

    /**
     * Measures the changes.
     *
     * @param differences of k numbers, n pairs × k
     * @param bootstrap resamples the pairs
     * @param test is applied to each number
     * @param level of the tests together, between 0 and 1, e.g. 0.05; the intervals are at 1 − level, each by itself
     * @throws IllegalArgumentException if the level is out of its range, or replicates × k exceeds 2²⁶
     */
    public static PairedChange of(Divergence differences, Bootstrap bootstrap, ChangeTest test, double level) {
        if (!(level > 0 && level < 1)) {
            throw new IllegalArgumentException("level: expected a number between 0 and 1, got " + level);
        }
        DMatrixRMaj means = bootstrap.means(differences);
        int numbers = means.numCols;
        double[] low = new double[numbers];
        double[] high = new double[numbers];
        double[] pValue = new double[numbers];
        for (int k = 0; k < numbers; k++) {
            double[] sorted = column(means, k);
            Arrays.sort(sorted);
            low[k] = Bootstrap.quantile(sorted, level / 2);
            high[k] = Bootstrap.quantile(sorted, 1 - level / 2);
            pValue[k] = test.pValue(differences.column(k));
        }
        return new PairedChange(differences.mean(), low, high, pValue, holm(pValue, level));
    }

    /**
     * Holm's procedure: rejects from the smallest p-value on, while the i-th of k is at most level / (k − i), i from 0.
     *
     * @return for each p-value whether its hypothesis is rejected
     */
    public static boolean[] holm(double[] pValues, double level) {
        int[] order = IntStream.range(0, pValues.length)
                .boxed()
                .sorted(Comparator.comparingDouble(k -> pValues[k]))
                .mapToInt(Integer::intValue)
                .toArray();
        boolean[] rejected = new boolean[pValues.length];
        for (int i = 0; i < order.length && pValues[order[i]] <= level / (order.length - i); i++) {
            rejected[order[i]] = true;
        }
        return rejected;
    }

    private static double[] column(DMatrixRMaj matrix, int column) {
        double[] numbers = new double[matrix.numRows];
        for (int row = 0; row < numbers.length; row++) {
            numbers[row] = matrix.get(row, column);
        }
        return numbers;
    }
}
