package dev.finexl.explain;

import dev.finexl.concept.Concept;
import dev.finexl.concept.ConceptDirections;
import dev.finexl.decompose.Bootstrap;
import dev.finexl.decompose.ChangeTest;
import dev.finexl.decompose.CrossValidation;
import dev.finexl.decompose.DecompositionMethod;
import dev.finexl.decompose.Divergence;
import dev.finexl.decompose.Explained;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;

/**
 * Decides what is an aspect and what is noise.
 *
 * <p>A personalisation changed something if a sign-flip test rejects, at level 1 &minus; confidence, that the paired differences
 * are symmetric about zero; of unpaired pictures, if a permutation test rejects that both sides are samples of one
 * distribution. Of the concepts, those are aspects whose bootstrap interval stays above zero, that is, which keep a positive
 * weight in nearly every resampling of the pairs, whose score is at least {@value #LEAST_SCORE}, and which move the
 * embeddings by at least {@value #LEAST_SHIFT}. The last two are for what is certain and yet nothing
 * that anybody would see: any training moves a model a little, and with enough pictures every such movement is
 * significant. On the miniature's null LoRA the largest score is 0.13, of a concept that moves the embeddings by 0.03; two
 * sets of the base's own pictures with different noise are 0.10 apart.
 */
public final class AspectFinder {

    /** The confidence where nobody asks for another. */
    public static final double CONFIDENCE = 0.95;

    /** A tenth of what naming the concept in the prompt does to it. */
    private static final double LEAST_SCORE = 0.1;
    /** In the space of embeddings of length 1. */
    private static final double LEAST_SHIFT = 0.04;

    /**
     * In so large a share of the resamplings the first aspect is to be the strongest before sampling stops early. What a reader
     * takes from an explanation is what it names first; two aspects of which either may be the stronger have the same order at
     * two looks half of the time.
     */
    private static final double SURE_OF_FIRST = 0.8;

    private static final int FLIPS = 9999;
    private static final int REPLICATES = 1000;
    /** Replicates beyond each end of an interval: quantiles of fewer are too rough. */
    private static final int BEYOND = 10;

    private static final int FOLDS = 50;
    /** Tests and intervals are part of the answer, so their randomness is fixed. */
    private static final long SEED = 20251101;

    private final DecompositionMethod method;
    private final double confidence;

    /**
     * @param method the decomposition to use
     * @param confidence level of the intervals, and one minus that of the tests; between 0 and 1
     */
    public AspectFinder(DecompositionMethod method, double confidence) {
        this.method = method;
        this.confidence = confidence;
    }

    /**
     * What was found.
     *
     * @param pValue of the test that nothing changed
     * @param changed whether that was rejected
     * @param relativeError of the decomposition, in the space that the method works in
     * @param unexplained share of the mean change that the reported aspects leave, 0 to 1
     * @param explained share of the change that they explain in pairs that were left out, 0 to 1
     * @param vector the explanation vector of the decomposition
     * @param scores of all concepts, in the vocabulary's order, be they aspects or noise
     * @param widest half-width of the widest interval of any concept; infinite where nothing changed, for what is not known
     *     to be there has no interval
     * @param firstSure share of the resamplings in which the first aspect is the strongest of all concepts; 1 where there is none
     * @param aspects strongest first; none where nothing changed
     * @param shows {@code [pairs][aspects]}: how far each pair, in the order of the divergence, went along each aspect's
     *     direction, 1 for the whole of it and below 0 for the other way
     */
    public record Findings(
            double pValue,
            boolean changed,
            double relativeError,
            double unexplained,
            double explained,
            double[] vector,
            double[] scores,
            double widest,
            double firstSure,
            List<Aspect> aspects,
            double[][] shows) {

        /**
         * Whether this answer is good enough to stop: the aspects and their order are those of the look before, no other is likely
         * to be the first with other pairs, and every interval is narrow enough.
         *
         * @param precision half-width, in scores, that is narrow enough
         */
        public boolean settled(Findings before, double precision) {
            return widest <= precision && firstSure >= SURE_OF_FIRST && names().equals(before.names());
        }

        private List<String> names() {
            return aspects.stream().map(Aspect::name).toList();
        }
    }

    /** What was found in a change, and what is asked of it besides where it is compared with others. */
    public static final class Weighed {

        private final Findings findings;
        private final ConceptProblem problem;
        private final Bootstrap.Intervals intervals;

        private Weighed(Findings findings, ConceptProblem problem, Bootstrap.Intervals intervals) {
            this.findings = findings;
            this.problem = problem;
            this.intervals = intervals;
        }

        /** What was found. */
        public Findings findings() {
            return findings;
        }

        /** The interval of a concept's score, be it an aspect or noise, and whether or not anything changed. */
        public Interval interval(int concept) {
            return AspectFinder.interval(findings.scores()[concept], intervals, concept);
        }

        /**
         * How much each pair contributes to some concepts' scores; their means are the scores. It is the score plus (n &minus;
         * 1) times what it loses when the pair is left out, less what it loses on average: the jackknife's
         * pseudo-values (Tukey, 1958) without their correction for bias. Exists because who compares two changes pair by
         * pair needs one number for each pair, while a decomposition gives one for all.
         *
         * @param concepts indices in the vocabulary
         * @return {@code [pairs][concepts]}, the pairs in the order of the change
         */
        public double[][] contributions(int[] concepts) {
            return problem.contributions(concepts);
        }
    }

    /** Finds the aspects of a divergence at which nobody has looked before, or will again. */
    public Findings find(Divergence divergence, ConceptDirections directions) {
        return find(Change.of(divergence), directions, 1);
    }

    /**
     * Finds the aspects of a change.
     *
     * @param directions of the concepts, as wide as the embeddings; pair {@code j} has prompt {@code j mod prompts}
     * @param share of the error 1 &minus; confidence that this look at the pairs may use ({@link Looks}), above 0 and at most 1
     * @throws dev.finexl.decompose.NoConvergenceException if an iterative solver reaches its bound
     */
    public Findings find(Change change, ConceptDirections directions, double share) {
        double error = (1 - confidence) * share;
        ConceptProblem problem = ConceptProblem.of(method, change, directions);
        double p = pValue(problem);
        Bootstrap.Intervals intervals =
                p < error ? problem.intervals(bootstrap(error), 1 - error) : none(problem, 1 - error);
        return findings(change, directions, problem, p, intervals, share);
    }

    /**
     * Finds the aspects of a change that is to be compared with others, at which nobody has looked before, or will again.
     *
     * @param directions as of {@link #find(Change, ConceptDirections, double)}
     * @throws dev.finexl.decompose.NoConvergenceException if an iterative solver reaches its bound
     */
    public Weighed weigh(Change change, ConceptDirections directions) {
        double error = 1 - confidence;
        ConceptProblem problem = ConceptProblem.of(method, change, directions);
        double p = pValue(problem);
        Bootstrap.Intervals intervals = problem.intervals(bootstrap(error), confidence);
        Findings findings =
                findings(change, directions, problem, p, p < error ? intervals : none(problem, confidence), 1);
        return new Weighed(findings, problem, intervals);
    }

    private static double pValue(ConceptProblem problem) {
        return new ChangeTest(FLIPS, SEED).pValue(problem.tested());
    }

    /** What is known where nothing changed: no lower end is above zero, and so nothing is found. */
    private static Bootstrap.Intervals none(ConceptProblem problem, double confidence) {
        double[] none = new double[problem.means().numRows];
        return new Bootstrap.Intervals(none, none, none, none, confidence);
    }

    private Findings findings(
            Change change,
            ConceptDirections directions,
            ConceptProblem problem,
            double p,
            Bootstrap.Intervals intervals,
            double share) {
        boolean changed = p < (1 - confidence) * share;
        double[] weights = problem.weights();
        List<Integer> found = found(weights, intervals.low(), problem.means());
        Explained all = Explained.by(problem.means(), weights, problem.pairs());
        return new Findings(
                Math.min(1, p / share),
                changed,
                all.relativeError(),
                Explained.by(problem.means(), only(found, weights), problem.pairs())
                        .unexplained(),
                problem.explained(new CrossValidation(FOLDS), found),
                all.vector(),
                weights,
                changed ? widest(weights, intervals) : Double.POSITIVE_INFINITY,
                found.isEmpty() ? 1 : intervals.strongest()[found.getFirst()],
                aspects(directions, problem, found, weights, intervals),
                shows(change.embeddings(), problem.means(), found));
    }

    /**
     * The projection of each pair's difference on each direction, in units of its length, (d &middot; f) / (f &middot; f). The
     * mean over the pairs is what the mean change goes along the direction; a score is less where aspects share it.
     */
    private static double[][] shows(Divergence divergence, DMatrixRMaj means, List<Integer> found) {
        DMatrixRMaj pairs = divergence.differences();
        double[][] shows = new double[pairs.numRows][found.size()];
        for (int a = 0; a < found.size(); a++) {
            int concept = found.get(a);
            double length = length(means, concept);
            for (int j = 0; j < pairs.numRows; j++) {
                double dot = 0;
                for (int k = 0; k < means.numCols; k++) {
                    dot += pairs.get(j, k) * means.get(concept, k);
                }
                shows[j][a] = dot / (length * length);
            }
        }
        return shows;
    }

    private static Bootstrap bootstrap(double error) {
        return new Bootstrap(Math.max(REPLICATES, (int) Math.ceil(2 * BEYOND / error)), SEED);
    }

    private static double widest(double[] weights, Bootstrap.Intervals intervals) {
        double widest = 0;
        for (int c = 0; c < weights.length; c++) {
            widest = Math.max(widest, (intervals.high()[c] - intervals.low()[c]) / 2);
        }
        return widest;
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
            ConceptDirections directions,
            ConceptProblem problem,
            List<Integer> found,
            double[] weights,
            Bootstrap.Intervals intervals) {
        double total = found.stream().mapToDouble(c -> weights[c]).sum();
        List<Aspect> aspects = new ArrayList<>(found.size());
        for (int c : found) {
            Double calibrated = directions
                    .asked(c)
                    .map(asked -> problem.calibrated(c, weights[c], asked))
                    .orElse(null);
            aspects.add(aspect(
                    directions.vocabulary().concepts().get(c),
                    weights[c],
                    interval(weights[c], intervals, c),
                    calibrated,
                    weights[c] / total,
                    intervals.selected()[c]));
        }
        return List.copyOf(aspects);
    }

    private static Interval interval(double weight, Bootstrap.Intervals intervals, int concept) {
        return new Interval(
                Math.min(weight, intervals.low()[concept]),
                Math.max(weight, intervals.high()[concept]));
    }

    private static Aspect aspect(
            Concept concept, double score, Interval interval, Double calibrated, double share, double selected) {
        return new Aspect(
                concept.name(),
                concept.category().label(),
                score,
                interval,
                calibrated,
                share,
                selected,
                concept.wordings().subList(1, concept.wordings().size()),
                concept.phrase().render(Aspect.degree(score)));
    }
}
