package dev.finexl.decompose;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;

/**
 * How much a decomposition would vary with other prompts and noise: the paired nonparametric bootstrap.
 *
 * <p>Why it exists: the mean difference alone says nothing about certainty. The n pairs are drawn n times with
 * replacement, always whole pairs, so that what both images share stays shared; each replicate's mean is decomposed
 * anew, starting from the answer to the original mean. Intervals are percentile intervals (Efron and Tibshirani, "An
 * Introduction to the Bootstrap", 1993, chapter 13): they need no symmetry, respect that weights are not negative, and
 * include 0 exactly for a concept that drops out often enough. Of two independent sides each is drawn from by itself.
 *
 * <p>The generator is {@link SplittableRandom}: the same seed gives the same replicates. They are drawn one after the other and
 * decomposed on all processors, each by itself, so that the answer does not depend on how many there are.
 *
 * @param replicates how many times to resample, at least 1
 * @param seed of the generator
 */
public record Bootstrap(int replicates, long seed) {

    /** The most weights (replicates × concepts) that are held at once: 512 MB. */
    static final long LARGEST = 1L << 26;

    /** Replicates that are drawn before they are decomposed, which bounds what the draws take of memory. */
    private static final int AT_ONCE = 256;

    /** @throws IllegalArgumentException if there is not at least one replicate */
    public Bootstrap {
        if (replicates < 1) {
            throw new IllegalArgumentException("replicates: expected at least 1, got " + replicates);
        }
    }

    /**
     * Percentile intervals of the concepts' weights.
     *
     * @param low for each concept the lower end
     * @param high for each concept the upper end
     * @param selected for each concept the share of replicates that gave it a weight other than 0
     * @param strongest for each concept the share of replicates that gave no other a larger weight, 0 where they never gave it
     *     one at all
     * @param confidence the share of replicates between the ends
     */
    public record Intervals(double[] low, double[] high, double[] selected, double[] strongest, double confidence) {}

    /**
     * The resampled means V*, by rows, replicates × d.
     *
     * @throws IllegalArgumentException if replicates × d exceeds 2²⁶
     */
    public DMatrixRMaj means(Divergence divergence) {
        DMatrixRMaj differences = divergence.differences();
        requireRoom(differences.numCols, "dimensions");
        DMatrixRMaj means = new DMatrixRMaj(replicates, differences.numCols);
        SplittableRandom random = new SplittableRandom(seed);
        int[] rows = Vectors.firstRows(differences.numRows);
        int[] ends = divergence.ends();
        double[] mean = new double[differences.numCols];
        for (int b = 0; b < replicates; b++) {
            Arrays.fill(mean, 0);
            Vectors.addRows(differences.data, rows, rows.length, resample(random, ends), 1, mean);
            System.arraycopy(mean, 0, means.data, b * mean.length, mean.length);
        }
        return means;
    }

    /**
     * The intervals of all weights, from the decompositions of the same resampled means as {@link #means} gives.
     *
     * @param decomposer a method ready for N concepts
     * @param confidence the level, between 0 and 1, e.g. 0.95
     * @throws IllegalArgumentException if the confidence is out of its range, or replicates × N exceeds 2²⁶
     * @throws NoConvergenceException if a replicate's decomposition does not converge
     */
    public Intervals intervals(Decomposer decomposer, Divergence divergence, double confidence) {
        return intervals(
                decomposer.mixtures(divergence.differences()),
                decomposer.concepts().numRows,
                divergence.ends(),
                confidence);
    }

    /**
     * The intervals of any scores that depend on how often each pair was drawn.
     *
     * @param scores of the concepts, given each pair's share of the draws; asked by several threads
     * @param concepts how many scores there are
     * @param pairs n, how many pairs there are
     * @param confidence the level, between 0 and 1, e.g. 0.95
     * @throws IllegalArgumentException if the confidence is out of its range, or replicates × concepts exceeds 2²⁶
     */
    public Intervals intervals(Decomposer.Mixtures scores, int concepts, int pairs, double confidence) {
        return intervals(scores, concepts, new int[] {pairs}, confidence);
    }

    private Intervals intervals(Decomposer.Mixtures scores, int concepts, int[] ends, double confidence) {
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("confidence: expected a number between 0 and 1, got " + confidence);
        }
        requireRoom(concepts, "concepts");
        SplittableRandom random = new SplittableRandom(seed);
        Sparse[] decomposed = new Sparse[replicates];
        for (int from = 0; from < replicates; from += AT_ONCE) {
            double[][] draws = new double[Math.min(AT_ONCE, replicates - from)][];
            Arrays.setAll(draws, _ -> resample(random, ends));
            int first = from;
            IntStream.range(0, draws.length)
                    .parallel()
                    .forEach(i -> decomposed[first + i] = Sparse.of(scores.weights(draws[i])));
        }
        // By concept, and only for those that ever had a weight: with thousands of concepts few do.
        double[][] weights = new double[concepts][];
        int[] selections = new int[weights.length];
        int[] victories = new int[weights.length];
        for (int b = 0; b < replicates; b++) {
            double largest = decomposed[b].largest();
            for (int i = 0; i < decomposed[b].concepts().length; i++) {
                int concept = decomposed[b].concepts()[i];
                if (weights[concept] == null) {
                    weights[concept] = new double[replicates];
                }
                double weight = decomposed[b].weights()[i];
                weights[concept][b] = weight;
                selections[concept]++;
                if (weight == largest) {
                    victories[concept]++;
                }
            }
        }
        double[] low = new double[weights.length];
        double[] high = new double[weights.length];
        double[] selected = new double[weights.length];
        double[] strongest = new double[weights.length];
        for (int concept = 0; concept < weights.length; concept++) {
            if (weights[concept] != null) {
                Arrays.sort(weights[concept]);
                low[concept] = quantile(weights[concept], (1 - confidence) / 2);
                high[concept] = quantile(weights[concept], (1 + confidence) / 2);
                selected[concept] = (double) selections[concept] / replicates;
                strongest[concept] = (double) victories[concept] / replicates;
            }
        }
        return new Intervals(low, high, selected, strongest, confidence);
    }

    /** The weights of a replicate that are not 0. */
    private record Sparse(int[] concepts, double[] weights) {

        static Sparse of(double[] all) {
            int[] concepts = Vectors.nonZero(all);
            double[] weights = new double[concepts.length];
            for (int i = 0; i < weights.length; i++) {
                weights[i] = all[concepts[i]];
            }
            return new Sparse(concepts, weights);
        }

        /** 0 if there is none. */
        double largest() {
            double largest = weights.length == 0 ? 0 : weights[0];
            for (double weight : weights) {
                largest = Math.max(largest, weight);
            }
            return largest;
        }
    }

    private void requireRoom(int columns, String of) {
        if ((long) replicates * columns > LARGEST) {
            throw new IllegalArgumentException("replicates: expected at most %d for %d %s, got %d"
                    .formatted(LARGEST / columns, columns, of, replicates));
        }
    }

    /** How often each of n rows is drawn in n draws, as a share of n; each set, up to its end, by as many as it has. */
    private static double[] resample(SplittableRandom random, int[] ends) {
        int n = ends[ends.length - 1];
        double[] shares = new double[n];
        int from = 0;
        for (int end : ends) {
            for (int draw = from; draw < end; draw++) {
                shares[from + random.nextInt(end - from)]++;
            }
            from = end;
        }
        for (int j = 0; j < n; j++) {
            shares[j] /= n;
        }
        return shares;
    }

    /** The quantile by linear interpolation between order statistics, as numpy's default and R's type 7. */
    static double quantile(double[] sorted, double level) {
        double position = level * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
}
