package dev.finexl.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Stream;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OrthogonalGreedyTest {

    static Stream<Arguments> golden() {
        return DecomposeGolden.cases("algorithm1").stream().map(golden -> {
            JsonNode json = golden.json();
            String name = "seed %s, e_ortho %s, e_decomp %s"
                    .formatted(json.get("seed"), json.get("e_ortho"), json.get("e_decomp"));
            return Arguments.of(name, golden);
        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("golden")
    void equalsTheReference(String name, DecomposeGolden.Case golden) {
        JsonNode json = golden.json();
        double overlapLimit = json.get("e_ortho").asDouble(Double.POSITIVE_INFINITY);
        OrthogonalGreedy method =
                new OrthogonalGreedy(overlapLimit, json.get("e_decomp").asDouble());

        Decomposition decomposition = method.prepare(golden.concepts()).decompose(golden.divergence());

        assertThat(decomposition.kept()).containsExactly(DecomposeGolden.ints(json.get("kept")));
        assertThat(Samples.elements(decomposition.weights(), decomposition.kept()))
                .containsExactly(DecomposeGolden.doubles(json.get("weights")), within(1e-10));
        assertThat(Vectors.nonZero(decomposition.weights())).hasSameSizeAs(decomposition.kept());
        assertThat(decomposition.relativeError())
                .isCloseTo(json.get("relative_error").asDouble(), within(1e-12));
        // The reference lists the first ten, and adds 1e-12 to the denominators of its cosines.
        List<JsonNode> rejected = json.get("rejected").valueStream().toList();
        assertThat(decomposition.rejected()).hasSizeGreaterThanOrEqualTo(rejected.size());
        for (int i = 0; i < rejected.size(); i++) {
            Decomposition.Rejection rejection = decomposition.rejected().get(i);
            assertThat(rejection.concept()).isEqualTo(rejected.get(i).get(0).asInt());
            assertThat(rejection.overlap()).isCloseTo(rejected.get(i).get(1).asDouble(), within(1e-10));
        }
    }

    @Test
    void equalConceptsComeByIndexAndTheSecondIsRejected() {
        DMatrixRMaj concepts = new DMatrixRMaj(new double[][] {{0, 1}, {2, 0}, {2, 0}});

        Decomposition decomposition = new OrthogonalGreedy().prepare(concepts).decompose(new double[] {3, 1});

        assertThat(decomposition.kept()).containsExactly(1, 0);
        assertThat(decomposition.weights()).containsExactly(new double[] {1, 1.5, 0}, within(1e-15));
        assertThat(decomposition.rejected()).containsExactly(new Decomposition.Rejection(2, 1));
        assertThat(decomposition.relativeError()).isCloseTo(0, within(1e-15));
    }

    @Test
    void withoutARejectionEqualConceptsShareTheWeight() {
        DMatrixRMaj concepts = new DMatrixRMaj(new double[][] {{2, 0}, {2, 0}});

        Decomposition decomposition = new OrthogonalGreedy(Double.POSITIVE_INFINITY, 0)
                .prepare(concepts)
                .decompose(new double[] {4, 1});

        assertThat(decomposition.kept()).containsExactly(0, 1);
        assertThat(decomposition.weights()).containsExactly(new double[] {1, 1}, within(1e-15));
    }

    @Test
    void aConceptWithoutADirectionIsPassedOver() {
        DMatrixRMaj concepts = new DMatrixRMaj(new double[][] {{0, 0}});

        Decomposition decomposition = new OrthogonalGreedy().prepare(concepts).decompose(new double[] {1, 2});

        assertThat(decomposition.kept()).isEmpty();
        assertThat(decomposition.rejected()).isEmpty();
        assertThat(decomposition.weights()).containsExactly(0);
        assertThat(decomposition.relativeError()).isEqualTo(1);
    }

    @Test
    void badSettingsAreNamed() {
        assertThatThrownBy(() -> new OrthogonalGreedy(0, 0.2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("overlapLimit: expected a positive number, got 0.0");
        assertThatThrownBy(() -> new OrthogonalGreedy(0.3, Double.NaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("errorLimit: expected a number not below 0, got NaN");
    }
}
