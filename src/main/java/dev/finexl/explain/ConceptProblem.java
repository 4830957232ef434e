package dev.finexl.explain;

import dev.finexl.concept.ConceptDirections;
import dev.finexl.decompose.Bootstrap;
import dev.finexl.decompose.CrossValidation;
import dev.finexl.decompose.Decomposer;
import dev.finexl.decompose.DecompositionMethod;
import dev.finexl.decompose.Divergence;
import java.util.Arrays;
import java.util.List;
import org.ejml.data.DMatrixRMaj;

/**
 * The question of one explanation in numbers: which weights of the concepts make the pairs' change. What is asked of the
 * answer (intervals, cross-validation, calibration) is the same for all methods; what they solve is a {@link ConceptSystem}.
 */
final class ConceptProblem {

    /** The least score that asking for a concept must give to it, for others to be measured by that. */
    private static final double LEAST_ASKED = 0.1;

    /** For each place of the canonical order the index of its pair. */
    private final int[] order;

    private final Divergence pairs;
    private final ConceptSystem system;
    /** The concepts that take part. */
    private final int[] candidates;
    /** Of the concepts that take part. */
    private final double[] weights;
    /** What is drawn from where pairs are resampled. */
    private final Divergence resampled;

    private ConceptProblem(int[] order, Divergence pairs, ConceptSystem system) {
        this.order = order;
        this.pairs = pairs;
        this.system = system;
        this.candidates = system.candidates();
        this.weights = decomposed(system.differences());
        this.resampled = system.resampled(weights);
    }

    /** @param unordered whose pair {@code j} has prompt {@code j mod prompts} */
    static ConceptProblem of(DecompositionMethod method, Change unordered, ConceptDirections directions) {
        int[] order = unordered.embeddings().order();
        Change change = unordered.reordered(order);
        return new ConceptProblem(order, change.embeddings(), ConceptSystem.of(method, change, directions, order));
    }

    private double[] decomposed(Divergence differences) {
        return system.decomposer().decompose(differences.mean()).weights();
    }

    /** The embeddings' change in each pair, the pairs in their canonical order. */
    Divergence pairs() {
        return pairs;
    }

    /** All of the change that the method looks at, in the same order. */
    Divergence tested() {
        return system.tested();
    }

    /** The mean direction of every concept, as the method says them: N &times; d. */
    DMatrixRMaj means() {
        return system.means();
    }

    /** The weight of every concept. */
    double[] weights() {
        return widen(weights);
    }

    /**
     * Intervals of all weights. That of a rival is the interval of its weight if it is the one that takes part; how sure
     * that is has its share in {@code selected}.
     */
    Bootstrap.Intervals intervals(Bootstrap bootstrap, double confidence) {
        Bootstrap.Intervals intervals = bootstrap.intervals(system.decomposer(), resampled, confidence);
        double[] selected = widen(intervals.selected());
        for (int c = 0; c < selected.length; c++) {
            if (selected[c] > 0) {
                selected[c] *= system.share(c, bootstrap);
            }
        }
        return new Bootstrap.Intervals(
                widen(intervals.low()), widen(intervals.high()), selected, widen(intervals.strongest()), confidence);
    }

    /** {@link AspectFinder.Weighed#contributions}, by leaving out one pair at a time. */
    double[][] contributions(int[] concepts) {
        Decomposer.Mixtures mixtures = system.decomposer().mixtures(resampled.differences());
        int n = order.length;
        double[] shares = new double[n];
        Arrays.fill(shares, 1.0 / (n - 1));
        double[][] without = new double[n][];
        double[] mean = new double[concepts.length];
        for (int place = 0; place < n; place++) {
            shares[place] = 0;
            without[place] = pick(mixtures.weights(shares), concepts);
            shares[place] = 1.0 / (n - 1);
            for (int i = 0; i < mean.length; i++) {
                mean[i] += without[place][i] / n;
            }
        }
        double[] score = pick(weights, concepts);
        double[][] contributions = new double[n][concepts.length];
        for (int place = 0; place < n; place++) {
            for (int i = 0; i < mean.length; i++) {
                contributions[order[place]][i] = score[i] + (n - 1) * (mean[i] - without[place][i]);
            }
        }
        return contributions;
    }

    private double[] pick(double[] ofCandidates, int[] concepts) {
        double[] all = widen(ofCandidates);
        return Arrays.stream(concepts).mapToDouble(c -> all[c]).toArray();
    }

    /** The share of the change that some concepts explain in pairs that were left out. */
    double explained(CrossValidation validation, List<Integer> concepts) {
        DMatrixRMaj means = system.means();
        int[] places = concepts.stream()
                .mapToInt(c -> Arrays.binarySearch(candidates, c))
                .toArray();
        DMatrixRMaj directions = new DMatrixRMaj(places.length, means.numCols);
        for (int i = 0; i < places.length; i++) {
            System.arraycopy(
                    means.data, concepts.get(i) * means.numCols, directions.data, i * means.numCols, means.numCols);
        }
        return validation.explained(
                pairs, system.decomposer().mixtures(system.differences().differences()), places, directions);
    }

    /**
     * A concept's weight as a multiple of the weight that it has in the change from the base's pictures to those of the base
     * when it is asked for the concept.
     *
     * @param weight of the concept
     * @param asked what asking does, prompt by prompt
     * @return null where asking makes less than a weight of {@value #LEAST_ASKED}: the base cannot draw it, or the encoder
     *     cannot see it
     */
    Double calibrated(int concept, double weight, float[][] asked) {
        double unit = widen(decomposed(system.moved(asked)))[concept];
        return unit < LEAST_ASKED ? null : weight / unit;
    }

    /** Numbers of the concepts that take part as numbers of all concepts. */
    private double[] widen(double[] ofCandidates) {
        double[] all = new double[system.means().numRows];
        for (int i = 0; i < candidates.length; i++) {
            all[candidates[i]] = ofCandidates[i];
        }
        return all;
    }
}
