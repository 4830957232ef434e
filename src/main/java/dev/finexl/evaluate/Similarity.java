package dev.finexl.evaluate;

import java.util.stream.IntStream;

/** How alike two lists of numbers are. */
final class Similarity {

    private Similarity() {}

    /**
     * Spearman's rank correlation: Pearson's of the ranks, where equal values share the mean of their ranks.
     *
     * @param x finite numbers
     * @param y as many finite numbers
     * @return −1 to 1; 0 where all of x or all of y are equal
     */
    static double spearman(double[] x, double[] y) {
        return cosine(centredRanks(x), centredRanks(y));
    }

    /** The cosine of two vectors of the same length; 0 where one of them is zero. */
    static double cosine(double[] a, double[] b) {
        double product = 0;
        double left = 0;
        double right = 0;
        for (int i = 0; i < a.length; i++) {
            product += a[i] * b[i];
            left += a[i] * a[i];
            right += b[i] * b[i];
        }
        return left == 0 || right == 0 ? 0 : product / Math.sqrt(left * right);
    }

    /** The rank of a value is the number of smaller ones and half of the equal ones, here relative to the middle rank. */
    private static double[] centredRanks(double[] values) {
        return IntStream.range(0, values.length)
                .mapToDouble(i -> {
                    double rank = 0;
                    for (double other : values) {
                        rank += Math.signum(values[i] - other) / 2;
                    }
                    return rank;
                })
                .toArray();
    }
}
