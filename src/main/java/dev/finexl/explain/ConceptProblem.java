package dev.finexl.explain;

import dev.finexl.concept.ConceptDirections;
import dev.finexl.decompose.Bootstrap;
import dev.finexl.decompose.CrossValidation;
import dev.finexl.decompose.Decomposer;
import dev.finexl.decompose.DecompositionMethod;
import dev.finexl.decompose.Divergence;
import dev.finexl.decompose.NnlsMethod;
import dev.finexl.decompose.Rivals;
import dev.finexl.decompose.StackedNnls;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;

/**
 * The question of one explanation in numbers: which weights of the concepts make the pairs' change. Exists because methods
 * put it differently: one decomposes the mean change over the concepts' mean directions, another all pairs at once over
 * their directions prompt by prompt, in coordinates of its own and perhaps with fewer concepts; what is asked of the
 * answer (intervals, cross-validation, calibration) is the same for all.
 */
final class ConceptProblem {

    /** The least score that asking for a concept must give to it, for others to be measured by that. */
    private static final double LEAST_ASKED = 0.1;

    /** For each place of the canonical order the index of its pair. */
    private final int[] order;

    private final Divergence pairs;
    private final Divergence tested;
    private final DMatrixRMaj means;
    private final Decomposer decomposer;
    private final Divergence moved;
    /** Of the concepts that take part. */
    private final double[] weights;
    /** What is drawn from where pairs are resampled. */
    private final Divergence resampled;
    /** The concepts that take part. */
    private final int[] candidates;
    /** From what asking for a concept does, prompt by prompt, to differences that the decomposer takes. */
    private final Function<Change, Divergence> move;
    /** With how many prompts the directions were measured, where that matters. */
    private final int prompts;
    /** Of whom one at most takes part. */
    private final Rivals rivals;

    private ConceptProblem(
            int[] order,
            Divergence pairs,
            Divergence tested,
            DMatrixRMaj means,
            Decomposer decomposer,
            Divergence moved,
            double[] weights,
            Divergence resampled,
            int[] candidates,
            Function<Change, Divergence> move,
            int prompts,
            Rivals rivals) {
        this.order = order;
        this.pairs = pairs;
        this.tested = tested;
        this.means = means;
        this.decomposer = decomposer;
        this.moved = moved;
        this.weights = weights;
        this.resampled = resampled;
        this.candidates = candidates;
        this.move = move;
        this.prompts = prompts;
        this.rivals = rivals;
    }

    /** @param unordered whose pair {@code j} has prompt {@code j mod prompts} */
    static ConceptProblem of(DecompositionMethod method, Change unordered, ConceptDirections directions) {
        int[] order = unordered.embeddings().order();
        Change change = unordered.reordered(order);
        Divergence pairs = change.embeddings();
        if (method instanceof StackedNnls stacked && directions.byPrompt().isPresent()) {
            float[][][] byPrompt = directions.byPrompt().get();
            int prompts = byPrompt[0].length;
            JointSpace space = new JointSpace(change, directions);
            Divergence joint = space.differences(change);
            int[] ofPairs = Arrays.stream(order).map(j -> j % prompts).toArray();
            Rivals rivals = rivals(directions, pairs, ofPairs);
            StackedNnls.Problem problem = stacked.stack(space, joint, ofPairs, rivals::takesPart);
            Decomposer decomposer = new NnlsMethod().prepare(problem.concepts());
            double[] weights = weights(decomposer, problem.divergence());
            return new ConceptProblem(
                    order,
                    pairs,
                    joint,
                    meanRows(byPrompt),
                    decomposer,
                    problem.divergence(),
                    weights,
                    problem.residual(weights),
                    problem.candidates(),
                    asked -> problem.moved(
                            space.differences(asked),
                            IntStream.range(0, asked.embeddings().differences().numRows)
                                    .toArray()),
                    prompts,
                    rivals);
        }
        DMatrixRMaj means = new DMatrixRMaj(directions.means());
        int[] all = IntStream.range(0, means.numRows).toArray();
        Decomposer decomposer = method.prepare(means);
        return new ConceptProblem(
                order,
                pairs,
                pairs,
                means,
                decomposer,
                pairs,
                weights(decomposer, pairs),
                pairs,
                all,
                Change::embeddings,
                Integer.MAX_VALUE,
                Rivals.NONE);
    }

    private static Rivals rivals(ConceptDirections directions, Divergence pairs, int[] prompts) {
        int[] concepts = IntStream.range(0, directions.vocabulary().concepts().size())
                .filter(c -> directions.rival(c).isPresent())
                .toArray();
        List<float[][]> words = Arrays.stream(concepts)
                .mapToObj(c -> directions.rival(c).orElseThrow())
                .toList();
        return Rivals.of(concepts, words, pairs, prompts);
    }

    private static double[] weights(Decomposer decomposer, Divergence divergence) {
        return decomposer.decompose(divergence.mean()).weights();
    }

    /** The embeddings' change in each pair, the pairs in their canonical order. */
    Divergence pairs() {
        return pairs;
    }

    /** All of the change that the method looks at, in the same order. */
    Divergence tested() {
        return tested;
    }

    /** The mean direction of every concept, as the method says them: N &times; d. */
    DMatrixRMaj means() {
        return means;
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
        Bootstrap.Intervals intervals = bootstrap.intervals(decomposer, resampled, confidence);
        double[] selected = widen(intervals.selected());
        for (int c = 0; c < selected.length; c++) {
            if (selected[c] > 0) {
                selected[c] *= rivals.share(c, bootstrap);
            }
        }
        return new Bootstrap.Intervals(widen(intervals.low()), widen(intervals.high()), selected, confidence);
    }

    /** {@link AspectFinder.Weighed#contributions}, by leaving out one pair at a time. */
    double[][] contributions(int[] concepts) {
        Decomposer.Mixtures mixtures = decomposer.mixtures(resampled.differences());
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
        int[] places = concepts.stream()
                .mapToInt(c -> Arrays.binarySearch(candidates, c))
                .toArray();
        DMatrixRMaj directions = new DMatrixRMaj(places.length, means.numCols);
        for (int i = 0; i < places.length; i++) {
            System.arraycopy(
                    means.data, concepts.get(i) * means.numCols, directions.data, i * means.numCols, means.numCols);
        }
        return validation.explained(pairs, decomposer.mixtures(moved.differences()), places, directions);
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
        float[][] drawn = Arrays.copyOf(asked, Math.min(asked.length, prompts));
        double unit = widen(weights(decomposer, move.apply(Change.of(drawn, means.numCols))))[concept];
        return unit < LEAST_ASKED ? null : weight / unit;
    }

    /** Numbers of the concepts that take part as numbers of all concepts. */
    private double[] widen(double[] ofCandidates) {
        double[] all = new double[means.numRows];
        for (int i = 0; i < candidates.length; i++) {
            all[candidates[i]] = ofCandidates[i];
        }
        return all;
    }

    private static DMatrixRMaj meanRows(float[][][] byPrompt) {
        DMatrixRMaj rows = new DMatrixRMaj(byPrompt.length, byPrompt[0][0].length);
        for (int c = 0; c < byPrompt.length; c++) {
            for (float[] direction : byPrompt[c]) {
                for (int k = 0; k < direction.length; k++) {
                    rows.add(c, k, direction[k] / byPrompt[c].length);
                }
            }
        }
        return rows;
    }
}
