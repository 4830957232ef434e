package dev.finexl.explain;

import dev.finexl.concept.ConceptDirections;
import dev.finexl.decompose.Bootstrap;
import dev.finexl.decompose.Decomposer;
import dev.finexl.decompose.DecompositionMethod;
import dev.finexl.decompose.Divergence;
import dev.finexl.decompose.NnlsMethod;
import dev.finexl.decompose.Rivals;
import dev.finexl.decompose.StackedNnls;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;

/**
 * The equations that are solved for the weights of concepts. Exists because methods put them differently: one decomposes the
 * mean change over the concepts' mean directions, another all pairs at once over their directions prompt by prompt, in
 * coordinates of its own and perhaps with fewer concepts. The pairs are in their canonical order.
 */
sealed interface ConceptSystem {

    /** The mean direction of every concept, be it a candidate or not: N &times; d. */
    DMatrixRMaj means();

    /** The concepts that take part, ascending; all others have weight 0. */
    int[] candidates();

    /** Of differences in this system's coordinates over the candidates. */
    Decomposer decomposer();

    /** All of the change that the method looks at, in its own units. */
    Divergence tested();

    /** The change in each pair, in this system's coordinates. */
    Divergence differences();

    /**
     * What is drawn from where pairs are resampled, in this system's coordinates.
     *
     * @param weights of the candidates, as they decompose {@link #differences}
     */
    Divergence resampled(double[] weights);

    /**
     * What asking the base for a concept does, in this system's coordinates.
     *
     * @param asked what it does to the pictures, prompt by prompt
     */
    Divergence moved(float[][] asked);

    /** How sure it is that a concept takes part, 0 to 1. */
    double share(int concept, Bootstrap bootstrap);

    /**
     * The system that a method solves.
     *
     * @param change with its pairs in their canonical order
     * @param order for each place of it the index of its pair, whose prompt is that modulo the number of prompts
     */
    static ConceptSystem of(DecompositionMethod method, Change change, ConceptDirections directions, int[] order) {
        return method instanceof StackedNnls stacked && directions.byPrompt().isPresent()
                ? Stacked.of(stacked, change, directions, order)
                : OfMeans.of(method, change, directions);
    }

    /** The mean change over the mean directions of all concepts. */
    record OfMeans(Decomposer decomposer, Divergence differences) implements ConceptSystem {

        private static OfMeans of(DecompositionMethod method, Change change, ConceptDirections directions) {
            return new OfMeans(method.prepare(new DMatrixRMaj(directions.means())), change.embeddings());
        }

        @Override
        public DMatrixRMaj means() {
            return decomposer.concepts();
        }

        @Override
        public int[] candidates() {
            return IntStream.range(0, means().numRows).toArray();
        }

        @Override
        public Divergence tested() {
            return differences;
        }

        @Override
        public Divergence resampled(double[] weights) {
            return differences;
        }

        @Override
        public Divergence moved(float[][] asked) {
            return Change.of(asked, means().numCols).embeddings();
        }

        @Override
        public double share(int concept, Bootstrap bootstrap) {
            return 1;
        }
    }

    /**
     * All pairs at once over the concepts' directions prompt by prompt.
     *
     * @param space that the pairs and the directions are put into
     * @param tested the pairs' differences there
     * @param problem those and the directions stacked
     * @param rivals of whom one at most is a candidate
     */
    record Stacked(
            DMatrixRMaj means,
            JointSpace space,
            Divergence tested,
            StackedNnls.Problem problem,
            Decomposer decomposer,
            Rivals rivals)
            implements ConceptSystem {

        private static Stacked of(StackedNnls method, Change change, ConceptDirections directions, int[] order) {
            JointSpace space = new JointSpace(change, directions);
            int[] prompts = Arrays.stream(order).map(j -> j % space.prompts()).toArray();
            Divergence tested = space.differences(change);
            Rivals rivals = rivals(directions, change.embeddings(), prompts);
            StackedNnls.Problem problem = method.stack(space, tested, prompts, rivals::takesPart);
            return new Stacked(
                    meanRows(directions.byPrompt().orElseThrow()),
                    space,
                    tested,
                    problem,
                    new NnlsMethod().prepare(problem.concepts()),
                    rivals);
        }

        private static Rivals rivals(ConceptDirections directions, Divergence pairs, int[] prompts) {
            int[] concepts = IntStream.range(
                            0, directions.vocabulary().concepts().size())
                    .filter(c -> directions.rival(c).isPresent())
                    .toArray();
            List<float[][]> words = Arrays.stream(concepts)
                    .mapToObj(c -> directions.rival(c).orElseThrow())
                    .toList();
            return Rivals.of(concepts, words, pairs, prompts);
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

        @Override
        public int[] candidates() {
            return problem.candidates();
        }

        @Override
        public Divergence differences() {
            return problem.divergence();
        }

        @Override
        public Divergence resampled(double[] weights) {
            return problem.residual(weights);
        }

        /** Only of the prompts with which the directions were measured: to others the problem has none. */
        @Override
        public Divergence moved(float[][] asked) {
            int prompts = Math.min(asked.length, space.prompts());
            Change change = Change.of(Arrays.copyOf(asked, prompts), means.numCols);
            return problem.moved(
                    space.differences(change), IntStream.range(0, prompts).toArray());
        }

        @Override
        public double share(int concept, Bootstrap bootstrap) {
            return rivals.share(concept, bootstrap);
        }
    }
}
