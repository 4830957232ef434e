package dev.finexl.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The stacked problem in its small coordinates has the solution of the large system that it stands for. */
class StackedNnlsTest {

    private final SplittableRandom random = new SplittableRandom(7);

    @ParameterizedTest
    @CsvSource({"6, 4, 9, 4", "6, 4, 9, 10", "3, 5, 7, 5", "12, 3, 5, 7"})
    void solvesTheSystemOfAllPairs(int concepts, int prompts, int width, int pairs) {
        float[][][] directions = directions(concepts, prompts, width);
        DMatrixRMaj differences = differences(directions, pairs);
        double[] expected = explicit(directions, differences);
        StackedNnls.Problem problem = new StackedNnls()
                .stack(concepts(directions), Divergence.of(differences), inTurn(differences, directions), _ -> true);
        double[] weights = new NnlsMethod()
                .prepare(problem.concepts())
                .decompose(problem.divergence().mean())
                .weights();
        assertThat(weights).containsExactly(expected, within(1e-5));
    }

    private static int[] inTurn(DMatrixRMaj differences, float[][][] directions) {
        return IntStream.range(0, differences.numRows)
                .map(j -> j % directions[0].length)
                .toArray();
    }

    @Test
    void drawsNothingFromWhatTheModelExplains() {
        float[][][] directions = directions(3, 4, 8);
        DMatrixRMaj differences = new DMatrixRMaj(4, 8);
        for (int j = 0; j < 4; j++) {
            for (int k = 0; k < 8; k++) {
                differences.set(j, k, 0.6 * directions[1][j][k]);
            }
        }
        StackedNnls.Problem problem = new StackedNnls()
                .stack(concepts(directions), Divergence.of(differences), new int[] {0, 1, 2, 3}, _ -> true);
        Divergence residual = problem.residual(new double[] {0, 0.6, 0});
        // The concept does different things to the prompts, and all of it is explained: nothing is left to vary.
        for (int j = 0; j < 4; j++) {
            assertThat(Vectors.row(residual.differences(), j)).containsExactly(residual.mean(), within(1e-6));
        }
        assertThat(residual.mean()).containsExactly(problem.divergence().mean(), within(1e-12));
        assertThat(Vectors.row(problem.divergence().differences(), 0))
                .isNotEqualTo(Vectors.row(problem.divergence().differences(), 1));
    }

    @Test
    void doesNotDependOnTheOrderOfPairs() {
        float[][][] directions = directions(5, 3, 8);
        DMatrixRMaj differences = differences(directions, 7);
        Divergence pairs = Divergence.of(differences);
        int[] order = {3, 6, 0, 1, 5, 2, 4};
        StackedNnls.Problem problem =
                new StackedNnls().stack(concepts(directions), pairs, inTurn(differences, directions), _ -> true);
        StackedNnls.Problem other = new StackedNnls()
                .stack(
                        concepts(directions),
                        pairs.reordered(order),
                        Arrays.stream(order).map(j -> j % 3).toArray(),
                        _ -> true);
        assertThat(other.divergence().mean())
                .containsExactly(problem.divergence().mean(), within(1e-9));
    }

    /** All equations one below the other, solved as they stand. */
    private static double[] explicit(float[][][] directions, DMatrixRMaj differences) {
        int width = differences.numCols;
        DMatrixRMaj system = new DMatrixRMaj(directions.length, differences.numRows * width);
        for (int i = 0; i < directions.length; i++) {
            for (int j = 0; j < differences.numRows; j++) {
                for (int k = 0; k < width; k++) {
                    system.set(i, j * width + k, directions[i][j % directions[0].length][k]);
                }
            }
        }
        return new Nnls(system).solve(differences.data.clone()).weights();
    }

    @Test
    void tellsConceptsApartThatAreAlikeOnAverage() {
        // Both concepts move the two prompts by the same vectors, in the other order: their means are equal.
        float[][][] directions = {{{1, 0}, {0, 1}}, {{0, 1}, {1, 0}}};
        DMatrixRMaj differences = new DMatrixRMaj(new double[][] {{0.5, 0}, {0, 0.5}});
        StackedNnls.Problem problem = new StackedNnls()
                .stack(concepts(directions), Divergence.of(differences), inTurn(differences, directions), _ -> true);
        double[] weights = new NnlsMethod()
                .prepare(problem.concepts())
                .decompose(problem.divergence().mean())
                .weights();
        assertThat(weights).containsExactly(new double[] {0.5, 0}, within(1e-6));
    }

    @Test
    void narrowsManyConceptsToThoseThatFit() {
        float[][][] directions = directions(StackedNnls.MOST_CONCEPTS + 50, 3, 16);
        DMatrixRMaj differences = new DMatrixRMaj(3, 16);
        for (int j = 0; j < 3; j++) {
            for (int k = 0; k < 16; k++) {
                differences.set(j, k, 0.7 * directions[300][j][k]);
            }
        }
        StackedNnls.Problem problem = new StackedNnls()
                .stack(concepts(directions), Divergence.of(differences), inTurn(differences, directions), _ -> true);
        assertThat(problem.candidates())
                .hasSize(StackedNnls.MOST_CONCEPTS)
                .isSorted()
                .contains(300);
    }

    @Test
    void givesNothingForNoChange() {
        float[][][] directions = directions(4, 3, 6);
        StackedNnls.Problem problem = new StackedNnls()
                .stack(concepts(directions), Divergence.of(new DMatrixRMaj(3, 6)), new int[] {0, 1, 2}, _ -> true);
        assertThat(new NnlsMethod()
                        .prepare(problem.concepts())
                        .decompose(problem.divergence().mean())
                        .weights())
                .containsOnly(0);
    }

    @Test
    void bearsConceptsThatSayTheSame() {
        float[][][] directions = directions(3, 4, 6);
        directions[2] = directions[0];
        DMatrixRMaj differences = differences(directions, 4);
        StackedNnls.Problem problem = new StackedNnls()
                .stack(concepts(directions), Divergence.of(differences), inTurn(differences, directions), _ -> true);
        assertThat(new NnlsMethod()
                        .prepare(problem.concepts())
                        .decompose(problem.divergence().mean())
                        .weights())
                .doesNotContain(Double.NaN);
    }

    private static StackedNnls.Concepts concepts(float[][][] directions) {
        return new StackedNnls.Concepts() {
            @Override
            public int count() {
                return directions.length;
            }

            @Override
            public int prompts() {
                return directions[0].length;
            }

            @Override
            public double[][] directions(int concept) {
                return Arrays.stream(directions[concept])
                        .map(row -> IntStream.range(0, row.length)
                                .mapToDouble(k -> row[k])
                                .toArray())
                        .toArray(double[][]::new);
            }
        };
    }

    private float[][][] directions(int concepts, int prompts, int width) {
        float[][][] directions = new float[concepts][prompts][width];
        for (float[][] concept : directions) {
            for (float[] prompt : concept) {
                for (int k = 0; k < width; k++) {
                    prompt[k] = (float) random.nextGaussian();
                }
            }
        }
        return directions;
    }

    /** A mixture of the first two concepts and noise. */
    private DMatrixRMaj differences(float[][][] directions, int pairs) {
        int width = directions[0][0].length;
        DMatrixRMaj differences = new DMatrixRMaj(pairs, width);
        for (int j = 0; j < pairs; j++) {
            int p = j % directions[0].length;
            for (int k = 0; k < width; k++) {
                differences.set(
                        j, k, 0.8 * directions[0][p][k] + 0.3 * directions[1][p][k] + 0.2 * random.nextGaussian());
            }
        }
        return differences;
    }
}
