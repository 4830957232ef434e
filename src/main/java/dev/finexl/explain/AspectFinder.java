package dev.finexl.explain;

import dev.finexl.concept.Concept;
import dev.finexl.concept.ConceptDirections;
import dev.finexl.decompose.Bootstrap;
import dev.finexl.decompose.Decomposer;
import dev.finexl.decompose.DecompositionMethod;
import dev.finexl.decompose.Divergence;
import dev.finexl.decompose.Explained;
import dev.finexl.decompose.NnlsMethod;
import dev.finexl.decompose.SignFlipTest;
import dev.finexl.decompose.StackedNnls;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;

/**
 * Decides what is an aspect and what is noise.
 *
 * <p>A personalisation changed something if a sign-flip test rejects, at level 0.05, that the paired differences are
 * symmetric about zero. Of the concepts, those are aspects whose bootstrap interval at level 0.95 stays above zero, that
 * is, which keep a positive weight in nearly every resampling of the pairs, whose score is at least {@value #LEAST_SCORE},
 * and which move the embeddings by at least {@value #LEAST_SHIFT}. The last two are for what is certain and yet nothing
 * that anybody would see: any training moves a model a little, and with enough pictures every such movement is
 * significant. On the miniature's null LoRA the largest score is 0.13, of a concept that moves the embeddings by 0.03; two
 * sets of the base's own pictures with different noise are 0.10 apart.
 */
public final class AspectFinder {

    private static final double SIGNIFICANCE = 0.05;
    private static final double CONFIDENCE = 0.95;
    /** A tenth of what naming the concept in the prompt does to it. */
    private static final double LEAST_SCORE = 0.1;
    /** In the space of embeddings of length 1. */
    private static final double LEAST_SHIFT = 0.04;

    private static final int FLIPS = 9999;
    private static final int REPLICATES = 1000;
    /** Tests and intervals are part of the answer, so their randomness is fixed. */
    private static final long SEED = 20251101;

    private final DecompositionMethod method;

    /** @param method the decomposition to use */
    public AspectFinder(DecompositionMethod method) {
        this.method = method;
    }

    /**
     * What was found.
     *
     * @param pValue of the test that nothing changed
     * @param changed whether that was rejected
     * @param relativeError of the decomposition, in the space that the method works in
     * @param unexplained share of the mean change that the reported aspects leave, 0 to 1
     * @param vector the explanation vector of the decomposition
     * @param scores of all concepts, in the vocabulary's order, be they aspects or noise
     * @param aspects strongest first; none where nothing changed
     */
    public record Findings(
            double pValue,
            boolean changed,
            double relativeError,
            double unexplained,
            double[] vector,
            double[] scores,
            List<Aspect> aspects) {}

    /**
     * Finds the aspects of a divergence.
     *
     * @param directions of the concepts, as wide as the divergence
     * @throws dev.finexl.decompose.NoConvergenceException if an iterative solver reaches its bound
     */
    public Findings find(Divergence divergence, ConceptDirections directions) {
        Problem problem = problem(divergence, directions);
        DMatrixRMaj means = problem.means();
        double[] weights = problem.widen(
                problem.decomposer().decompose(problem.divergence().mean()).weights(), means.numRows);
        double pValue = new SignFlipTest(FLIPS, SEED).test(divergence).pValue();
        boolean changed = pValue < SIGNIFICANCE;
        double[] low = new double[means.numRows];
        double[] high = new double[means.numRows];
        if (changed) {
            Bootstrap.Intervals intervals =
                    new Bootstrap(REPLICATES, SEED).intervals(problem.decomposer(), problem.divergence(), CONFIDENCE);
            low = problem.widen(intervals.low(), means.numRows);
            high = problem.widen(intervals.high(), means.numRows);
        }
        // Where nothing changed no lower end is above zero, and so nothing is found.
        List<Integer> found = found(weights, low, means);
        Explained all = Explained.by(means, weights, divergence);
        return new Findings(
                pValue,
                changed,
                all.relativeError(),
                Explained.by(means, only(found, weights), divergence).unexplained(),
                all.vector(),
                weights,
                aspects(directions.vocabulary().concepts(), found, weights, low, high));
    }

    /**
     * A decomposition made ready.
     *
     * @param decomposer for the concepts that take part
     * @param divergence in the coordinates of the decomposer
     * @param candidates the concepts that take part
     * @param means the mean direction of every concept, as the method says them
     */
    private record Problem(Decomposer decomposer, Divergence divergence, int[] candidates, DMatrixRMaj means) {

        /** Numbers of the concepts that take part as numbers of all concepts. */
        double[] widen(double[] ofCandidates, int concepts) {
            double[] all = new double[concepts];
            for (int i = 0; i < candidates.length; i++) {
                all[candidates[i]] = ofCandidates[i];
            }
            return all;
        }
    }

    private Problem problem(Divergence divergence, ConceptDirections directions) {
        if (method instanceof StackedNnls stacked && directions.byPrompt().isPresent()) {
            float[][][] byPrompt = directions.byPrompt().get();
            StackedNnls.Problem problem = stacked.stack(byPrompt, divergence);
            return new Problem(
                    new NnlsMethod().prepare(problem.concepts()),
                    problem.divergence(),
                    problem.candidates(),
                    meanRows(byPrompt));
        }
        DMatrixRMaj means = conceptRows(directions);
        int[] all = IntStream.range(0, means.numRows).toArray();
        return new Problem(method.prepare(means), divergence, all, means);
    }

    /**
     * f(C), N concepts × d dimensions: one row for each concept, the mean over its wordings, which agree on what it means
     * and differ in what else they do.
     */
    public static DMatrixRMaj conceptRows(ConceptDirections directions) {
        int concepts = directions.vocabulary().concepts().size();
        DMatrixRMaj rows = new DMatrixRMaj(concepts, directions.width());
        for (int r = 0; r < directions.rows().size(); r++) {
            int concept = directions.rows().get(r).concept();
            double[] direction = directions.direction(r);
            double share = 1.0 / directions.concept(r).wordings().size();
            for (int k = 0; k < direction.length; k++) {
                rows.add(concept, k, share * direction[k]);
            }
        }
        return rows;
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

    /** The concepts that are aspects, strongest first. */
    private static List<Integer> found(double[] weights, double[] low, DMatrixRMaj means) {
        return IntStream.range(0, weights.length)
                .filter(c -> weights[c] >= LEAST_SCORE && low[c] > 0 && weights[c] * length(means, c) >= LEAST_SHIFT)
                .boxed()
                .sorted(Comparator.comparingDouble(c -> -weights[c]))
                .toList();
    }

    private static double length(DMatrixRMaj rows, int row) {
        double squares = 0;
        for (int k = 0; k < rows.numCols; k++) {
            squares += rows.get(row, k) * rows.get(row, k);
        }
        return Math.sqrt(squares);
    }

    private static double[] only(List<Integer> found, double[] weights) {
        double[] kept = new double[weights.length];
        found.forEach(c -> kept[c] = weights[c]);
        return kept;
    }

    private static List<Aspect> aspects(
            List<Concept> concepts, List<Integer> found, double[] weights, double[] low, double[] high) {
        double total = found.stream().mapToDouble(c -> weights[c]).sum();
        List<Aspect> aspects = new ArrayList<>(found.size());
        for (int c : found) {
            Interval interval = new Interval(Math.min(weights[c], low[c]), Math.max(weights[c], high[c]));
            aspects.add(aspect(concepts.get(c), weights[c], interval, weights[c] / total));
        }
        return List.copyOf(aspects);
    }

    private static Aspect aspect(Concept concept, double score, Interval interval, double share) {
        return new Aspect(
                concept.name(),
                concept.category().label(),
                score,
                interval,
                share,
                concept.wordings().subList(1, concept.wordings().size()),
                concept.phrase().render(SummaryWriter.degree(score)));
    }
}
