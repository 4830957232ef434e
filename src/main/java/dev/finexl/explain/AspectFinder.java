package dev.finexl.explain;

import dev.finexl.concept.Concept;
import dev.finexl.concept.ConceptDirections;
import dev.finexl.decompose.Bootstrap;
import dev.finexl.decompose.Decomposer;
import dev.finexl.decompose.Decomposition;
import dev.finexl.decompose.DecompositionMethod;
import dev.finexl.decompose.Divergence;
import dev.finexl.decompose.SignFlipTest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.ejml.data.DMatrixRMaj;

/**
 * Decides what is an aspect and what is noise.
 *
 * <p>A personalisation changed something if a sign-flip test rejects, at level 0.05, that the paired differences are
 * symmetric about zero. Of the concepts, those are aspects whose bootstrap interval at level 0.95 stays above zero, that
 * is, which keep a positive weight in nearly every resampling of the pairs, and whose score is at least {@value
 * #LEAST_SCORE}. The last is for what is certain and yet nothing that anybody would see: any training moves a model a
 * little, and with enough pictures every such movement is significant.
 */
final class AspectFinder {

    private static final double SIGNIFICANCE = 0.05;
    private static final double CONFIDENCE = 0.95;
    /** A tenth of what naming the concept in the prompt does to it. */
    private static final double LEAST_SCORE = 0.1;

    private static final int FLIPS = 9999;
    private static final int REPLICATES = 1000;
    /** Tests and intervals are part of the answer, so their randomness is fixed. */
    private static final long SEED = 20251101;

    private final DecompositionMethod method;

    AspectFinder(DecompositionMethod method) {
        this.method = method;
    }

    /**
     * What was found.
     *
     * @param pValue of the test that nothing changed
     * @param changed whether that was rejected
     * @param decomposition of the divergence over the concepts
     * @param aspects strongest first; none where nothing changed
     */
    record Findings(double pValue, boolean changed, Decomposition decomposition, List<Aspect> aspects) {}

    Findings find(Divergence divergence, ConceptDirections directions) {
        double pValue = new SignFlipTest(FLIPS, SEED).test(divergence).pValue();
        Decomposer decomposer = method.prepare(conceptRows(directions));
        Decomposition decomposition = decomposer.decompose(divergence.mean());
        boolean changed = pValue < SIGNIFICANCE;
        List<Aspect> aspects = changed
                ? aspects(directions.vocabulary().concepts(), decomposer, decomposition, divergence)
                : List.of();
        return new Findings(pValue, changed, decomposition, aspects);
    }

    /** One row for each concept: the mean over its wordings, which agree on what it means and differ in what else they do. */
    private static DMatrixRMaj conceptRows(ConceptDirections directions) {
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

    private static List<Aspect> aspects(
            List<Concept> concepts, Decomposer decomposer, Decomposition decomposition, Divergence divergence) {
        Bootstrap.Intervals intervals = new Bootstrap(REPLICATES, SEED).intervals(decomposer, divergence, CONFIDENCE);
        double[] weights = decomposition.weights();
        List<Integer> found = new ArrayList<>();
        double total = 0;
        for (int c = 0; c < weights.length; c++) {
            if (weights[c] >= LEAST_SCORE && intervals.low()[c] > 0) {
                found.add(c);
                total += weights[c];
            }
        }
        found.sort(Comparator.comparingDouble(c -> -weights[c]));
        List<Aspect> aspects = new ArrayList<>(found.size());
        for (int c : found) {
            aspects.add(aspect(
                    concepts.get(c),
                    weights[c],
                    new Interval(
                            Math.min(weights[c], intervals.low()[c]),
                            Math.max(weights[c], intervals.high()[c])),
                    weights[c] / total));
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
