package dev.finexl.decompose;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;

/**
 * What share of a change some concepts explain in pairs that their weights were not fitted to.
 *
 * <p>Why it exists: weights that are fitted to the mean difference V fit its noise as well, so what they leave of V
 * flatters them. Here each pair, or each group of pairs, is predicted by the weights of the others. With &mu; the true
 * change and &ycirc; a prediction that does not know d, E[2 d&middot;&ycirc; &minus; |&ycirc;|&#178;] = |&mu;|&#178; &minus; |&mu; &minus; &ycirc;|&#178;; divided by
 * |&mu;|&#178;, for which the mean of d_i&middot;d_j over all i &ne; j is an unbiased estimate, it is the share that is explained.
 *
 * @param folds most groups of pairs that are left out in turn; with no more pairs than that it is one pair at a time
 */
public record CrossValidation(int folds) {

    /** @throws IllegalArgumentException if there are not at least two folds */
    public CrossValidation {
        if (folds < 2) {
            throw new IllegalArgumentException("folds: expected at least 2, got " + folds);
        }
    }

    /**
     * The share of the change that is explained.
     *
     * @param divergence n &ge; 2 pairs in d dimensions
     * @param weights gives the weights of some of the pairs' mean
     * @param concepts which of the weights count
     * @param directions for each of them its direction, by rows, of width d
     * @return 0 to 1; 0 where the pairs have no change in common
     */
    public double explained(
            Divergence divergence, Decomposer.Mixtures weights, int[] concepts, DMatrixRMaj directions) {
        DMatrixRMaj differences = divergence.differences();
        int n = differences.numRows;
        double change = squaredChange(divergence);
        if (change <= 0 || concepts.length == 0) {
            return 0;
        }
        int[] ends = divergence.ends();
        int groups = folds;
        int from = 0;
        for (int end : ends) {
            groups = Math.min(groups, end - from);
            from = end;
        }
        double explained = 0;
        for (int group = 0; group < groups; group++) {
            double[] training = new double[n];
            double[] test = new double[n];
            int left = divide(ends, groups, group, training, test);
            double[] fitted = weights.weights(training);
            double[] counted = new double[concepts.length];
            for (int i = 0; i < concepts.length; i++) {
                counted[i] = fitted[concepts[i]];
            }
            double[] prediction = Vectors.combination(directions, counted);
            double[] seen = Vectors.combination(differences, test);
            explained += left * (2 * Vectors.dot(seen, 0, prediction) - Vectors.dot(prediction, 0, prediction));
        }
        return Math.clamp(explained / n / change, 0, 1);
    }

    /**
     * Leaves one group of rows out, of each set by itself.
     *
     * @param training is given the share of each row that stays in
     * @param test is given the share of each row that is left out
     * @return how many are left out
     */
    private static int divide(int[] ends, int groups, int group, double[] training, double[] test) {
        int all = 0;
        int from = 0;
        for (int end : ends) {
            int size = end - from;
            int left = (size - group + groups - 1) / groups;
            double part = (double) size / training.length;
            for (int j = 0; j < size; j++) {
                boolean out = j % groups == group;
                test[from + j] = out ? part / left : 0;
                training[from + j] = out ? 0 : part / (size - left);
            }
            all += left;
            from = end;
        }
        return all;
    }

    /** The unbiased estimate of |&mu;|&#178;, which may be negative. */
    private static double squaredChange(Divergence divergence) {
        if (!divergence.paired()) {
            return unpairedSquaredChange(divergence);
        }
        double n = divergence.differences().numRows;
        double own = 0;
        for (double norm : Vectors.norms(divergence.differences())) {
            own += norm * norm;
        }
        double all = n * divergence.norm() * n * divergence.norm();
        return (all - own) / (n * (n - 1));
    }

    /** |V|&#178; without what the scatter within each side adds to it. */
    private static double unpairedSquaredChange(Divergence divergence) {
        DMatrixRMaj rows = divergence.differences();
        double noise = 0;
        int from = 0;
        for (int end : divergence.ends()) {
            double size = end - from;
            double[] shares = new double[rows.numRows];
            Arrays.fill(shares, from, end, 1 / size);
            double[] centre = Vectors.combination(rows, shares);
            double scatter = 0;
            for (int j = from; j < end; j++) {
                for (int k = 0; k < centre.length; k++) {
                    double off = rows.get(j, k) - centre[k];
                    scatter += off * off;
                }
            }
            noise += scatter * size / (size - 1) / rows.numRows / rows.numRows;
            from = end;
        }
        return divergence.norm() * divergence.norm() - noise;
    }
}
