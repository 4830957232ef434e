package dev.finexl.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.stream.Stream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class NnlsTest {

    static Stream<Arguments> golden() {
        return DecomposeGolden.read()
                .get("nnls")
                .valueStream()
                .map(json -> Arguments.of(json.get("name").asText(), json));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("golden")
    void equalsScipy(String name, JsonNode json) {
        DMatrixRMaj a = DecomposeGolden.matrix(
                json.get("rows").asInt(), json.get("cols").asInt(), DecomposeGolden.doubles(json.get("a")));
        double[] b = DecomposeGolden.doubles(json.get("b"));
        double[] expected = DecomposeGolden.doubles(json.get("w"));
        double scale = Math.max(1, Arrays.stream(expected).max().orElseThrow());

        NnlsSolution solution = new Nnls(CommonOps_DDRM.transpose(a, null)).solve(b);

        assertThat(solution.weights()).containsExactly(expected, within(1e-9 * scale));
        assertThat(solution.residualNorm()).isCloseTo(json.get("residual_norm").asDouble(), within(1e-10));
    }

    @Test
    void twoEqualConceptsGiveTheWeightToTheFirst() {
        DMatrixRMaj concepts = new DMatrixRMaj(new double[][] {{0, 1}, {1, 0}, {1, 0}});

        NnlsSolution solution = new Nnls(concepts).solve(new double[] {3, 0});

        assertThat(solution.weights()).containsExactly(0, 3, 0);
        assertThat(solution.activeSet()).containsExactly(1);
        assertThat(solution.iterations()).isEqualTo(1);
    }

    @Test
    void nearlyEqualConceptsDoNotBlowUp() {
        DMatrixRMaj concepts = Samples.directions(6, 10, 1);
        DMatrixRMaj doubled = Samples.rows(concepts, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5);
        for (int i = 60; i < 120; i++) {
            doubled.data[i] *= 1 + 1e-13 * (i % 3);
        }
        double[] target = Vectors.combination(concepts, new double[] {1, 2, 0, 0, 3, 0});

        double[] weights = new Nnls(doubled).solve(target).weights();

        double[] joined = new double[6];
        Arrays.setAll(joined, i -> weights[i] + weights[i + 6]);
        assertThat(joined).containsExactly(new double[] {1, 2, 0, 0, 3, 0}, within(1e-10));
    }

    @Test
    void aZeroConceptHasNoWeight() {
        DMatrixRMaj concepts = new DMatrixRMaj(new double[][] {{0, 0}, {1, 1}});

        assertThat(new Nnls(concepts).solve(new double[] {2, 2}).weights())
                .containsExactly(new double[] {0, 2}, within(1e-15));
    }

    @Test
    void aZeroTargetNeedsNoIteration() {
        NnlsSolution solution = new Nnls(Samples.normal(30, 5, 1)).solve(new double[5]);

        assertThat(solution.weights()).containsOnly(0);
        assertThat(solution.residualNorm()).isZero();
        assertThat(solution.iterations()).isZero();
        assertThat(solution.activeSet()).isEmpty();
    }

    @Test
    void aStartAtTheAnswerNeedsNoIteration() {
        DMatrixRMaj concepts = Samples.directions(40, 60, 1);
        double[] target = Samples.around(Vectors.row(concepts, 3), 0.5, 1, 2).data;
        NnlsSolution cold = new Nnls(concepts).solve(target);

        NnlsSolution warm = new Nnls(concepts).solve(target, cold.weights());

        assertThat(cold.iterations()).isPositive();
        assertThat(warm.iterations()).isZero();
        assertThat(warm.weights()).containsExactly(cold.weights(), within(1e-12));
    }

    @Test
    void thousandsOfConceptsReachTheSameOptimumAsWithoutAShortList() {
        DMatrixRMaj concepts = Samples.directions(3000, 40, 5);
        double[] planted = new double[3000];
        planted[7] = 1;
        planted[1500] = 2;
        planted[2999] = 0.5;
        double[] target = Samples.around(Vectors.combination(concepts, planted), 0.2, 1, 6).data;

        NnlsSolution solution = new Nnls(concepts).solve(target);
        // Every optimum over all concepts is one over its own active set, of which there are few: no list there.
        NnlsSolution alone = new Nnls(Samples.rows(concepts, solution.activeSet())).solve(target);

        assertThat(Samples.elements(solution.weights(), solution.activeSet()))
                .containsExactly(alone.weights(), within(1e-9));
        Kkt.assertOptimal(concepts, target, solution.weights());
    }

    @Test
    void theSameProblemGivesTheSameBits() {
        DMatrixRMaj concepts = Samples.directions(700, 30, 3);
        double[] target = Samples.around(Vectors.row(concepts, 11), 0.5, 1, 4).data;

        assertThat(new Nnls(concepts).solve(target).weights())
                .containsExactly(new Nnls(concepts.copy()).solve(target.clone()).weights());
    }

    @Test
    void reachingTheIterationBoundIsAnErrorThatSaysSo() {
        DMatrixRMaj concepts = Samples.directions(40, 60, 1);

        assertThatThrownBy(() -> new Nnls(concepts, 1).solve(Samples.normal(60, 2)))
                .isInstanceOf(NoConvergenceException.class)
                .hasMessage(
                        "NNLS of 40 concepts in 60 dimensions: not optimal after 1 iterations, with 1 concepts active");
    }

    @Test
    void badInputIsNamed() {
        DMatrixRMaj concepts = Samples.normal(3, 2, 1);
        Nnls nnls = new Nnls(concepts);

        assertThatThrownBy(() -> new Nnls(new DMatrixRMaj(0, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("concepts: expected at least 1 row and 1 column, got 0 x 2");
        DMatrixRMaj withNaN = concepts.copy();
        withNaN.set(2, 1, Double.NaN);
        assertThatThrownBy(() -> new Nnls(withNaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("concepts: expected finite numbers of magnitude up to 1e+100, got NaN in row 2, column 1");
        assertThatThrownBy(() -> nnls.solve(new double[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("target: expected 2 numbers, got 3");
        assertThatThrownBy(() -> nnls.solve(new double[] {0, Double.NEGATIVE_INFINITY}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("target")
                .hasMessageContaining("-Infinity at position 1");
        assertThatThrownBy(() -> nnls.solve(new double[2], new double[] {0, -1, 0}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("start: expected no negative weight, got -1.0 for concept 1");
        assertThatThrownBy(() -> nnls.solve(new double[2], new double[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("start: expected 3 numbers, got 2");
    }
}
