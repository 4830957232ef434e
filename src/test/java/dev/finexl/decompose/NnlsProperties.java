package dev.finexl.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.ejml.data.DMatrixRMaj;

class NnlsProperties {

    @Property(tries = 300, seed = "1")
    void theAnswerIsOptimal(
            @ForAll @IntRange(min = 1, max = 60) int concepts,
            @ForAll @IntRange(min = 1, max = 40) int dimensions,
            @ForAll long seed) {
        DMatrixRMaj f = Samples.normal(concepts, dimensions, seed);
        double[] target = Samples.normal(dimensions, seed + 1);

        NnlsSolution solution = new Nnls(f).solve(target);

        Kkt.assertOptimal(f, target, solution.weights());
        assertThat(solution.activeSet()).containsExactly(Vectors.nonZero(solution.weights()));
        double[] residual = target.clone();
        double magnitude = Vectors.norm(target) + Vectors.dot(Vectors.norms(f), 0, solution.weights());
        Vectors.add(Vectors.combination(f, solution.weights()), 0, -1, residual);
        assertThat(solution.residualNorm()).isCloseTo(Vectors.norm(residual), within(1e-13 * magnitude));
    }

    @Property(tries = 100, seed = "2")
    void theAnswerIsOptimalThoughConceptsRepeatDependOnOthersOrAreZero(
            @ForAll @IntRange(min = 2, max = 40) int concepts,
            @ForAll @IntRange(min = 1, max = 30) int dimensions,
            @ForAll long seed) {
        DMatrixRMaj f = Samples.normal(concepts, dimensions, seed);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 1; i < concepts; i++) {
            int row = i * dimensions;
            int other = random.nextInt(i) * dimensions;
            int third = random.nextInt(i) * dimensions;
            int kind = random.nextInt(5);
            for (int t = 0; t < dimensions; t++) {
                f.data[row + t] = switch (kind) {
                    case 0 -> f.data[other + t];
                    case 1 -> f.data[other + t] + 1e-10 * f.data[row + t];
                    case 2 -> f.data[other + t] - 2 * f.data[third + t];
                    case 3 -> 0;
                    default -> f.data[row + t];
                };
            }
        }
        assertOptimal(f, seed);
    }

    @Property(tries = 30, seed = "3")
    void theAnswerIsOptimalAmongMoreConceptsThanAShortListHolds(
            @ForAll @IntRange(min = 513, max = 900) int concepts,
            @ForAll @IntRange(min = 2, max = 80) int dimensions,
            @ForAll boolean common,
            @ForAll long seed) {
        assertOptimal(concepts, dimensions, common, seed);
    }

    @Property(tries = 20, seed = "8")
    void theAnswerIsOptimalWhereGradientsAreEstimatedFirst(
            @ForAll @IntRange(min = 100, max = 900) int concepts,
            @ForAll @IntRange(min = 128, max = 260) int dimensions,
            @ForAll boolean common,
            @ForAll long seed) {
        assertOptimal(concepts, dimensions, common, seed);
    }

    private static void assertOptimal(int concepts, int dimensions, boolean common, long seed) {
        DMatrixRMaj f =
                common ? Samples.directions(concepts, dimensions, seed) : Samples.normal(concepts, dimensions, seed);
        assertOptimal(f, seed);
    }

    private static void assertOptimal(DMatrixRMaj f, long seed) {
        double[] target = Samples.normal(f.numCols, seed + 1);

        Kkt.assertOptimal(f, target, new Nnls(f).solve(target).weights());
    }

    @Property(tries = 100, seed = "4")
    void columnsOfVeryDifferentLengthsAreNoTrouble(
            @ForAll @IntRange(min = 1, max = 30) int concepts,
            @ForAll @IntRange(min = 30, max = 50) int dimensions,
            @ForAll long seed) {
        DMatrixRMaj f = Samples.normal(concepts, dimensions, seed);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < concepts; i++) {
            double length = Math.pow(10, random.nextInt(-8, 9));
            for (int t = 0; t < dimensions; t++) {
                f.data[i * dimensions + t] *= length;
            }
        }
        double[] target = Samples.normal(dimensions, seed + 1);

        Kkt.assertOptimal(f, target, new Nnls(f).solve(target).weights());
    }

    @Property(tries = 100, seed = "5")
    void anyStartLeadsToTheSameAnswerWhereItIsUnique(
            @ForAll @IntRange(min = 1, max = 25) int concepts,
            @ForAll @IntRange(min = 40, max = 50) int dimensions,
            @ForAll long seed) {
        Nnls nnls = new Nnls(Samples.normal(concepts, dimensions, seed));
        double[] target = Samples.normal(dimensions, seed + 1);
        double[] start = Samples.normal(concepts, seed + 2);
        Arrays.setAll(start, i -> Math.max(0, start[i]));

        assertThat(nnls.solve(target, start).weights())
                .containsExactly(nnls.solve(target).weights(), within(1e-8));
    }

    @Property(tries = 100, seed = "6")
    void weightsScaleWithTheTargetAndAgainstTheConcepts(
            @ForAll @IntRange(min = 1, max = 25) int concepts,
            @ForAll @IntRange(min = 40, max = 50) int dimensions,
            @ForAll @IntRange(min = -20, max = 20) int exponent,
            @ForAll long seed) {
        DMatrixRMaj f = Samples.normal(concepts, dimensions, seed);
        double[] target = Samples.normal(dimensions, seed + 1);
        double[] weights = new Nnls(f).solve(target).weights();
        double factor = Math.pow(10, exponent);

        double[] ofLargerTarget =
                new Nnls(f).solve(Samples.scaled(target, factor)).weights();
        double[] ofLargerConcepts =
                new Nnls(Samples.scaled(f, factor)).solve(target).weights();

        assertThat(Samples.scaled(ofLargerTarget, 1 / factor)).containsExactly(weights, within(1e-8));
        assertThat(Samples.scaled(ofLargerConcepts, factor)).containsExactly(weights, within(1e-8));
    }

    @Property(tries = 100, seed = "7")
    void theOrderOfTheConceptsOnlyPermutesTheWeights(
            @ForAll @IntRange(min = 1, max = 25) int concepts,
            @ForAll @IntRange(min = 40, max = 50) int dimensions,
            @ForAll long seed) {
        DMatrixRMaj f = Samples.normal(concepts, dimensions, seed);
        double[] target = Samples.normal(dimensions, seed + 1);
        int[] order = Samples.permutation(concepts, seed);

        assertThat(new Nnls(Samples.rows(f, order)).solve(target).weights())
                .containsExactly(Samples.elements(new Nnls(f).solve(target).weights(), order), within(1e-8));
    }
}
