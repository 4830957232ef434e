package dev.finexl.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.Stream;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StyleSubspaceTest {

    static Stream<Arguments> golden() {
        return DecomposeGolden.cases("style_subspace").stream()
                .map(golden -> Arguments.of("seed " + golden.json().get("seed"), golden));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("golden")
    void equalsTheReference(String name, DecomposeGolden.Case golden) {
        JsonNode json = golden.json();
        double[] weights = new double[golden.concepts().numRows];
        json.get("weights")
                .properties()
                .forEach(weight -> weights[Integer.parseInt(weight.getKey())] =
                        weight.getValue().asDouble());

        Decomposition decomposition = new StyleSubspace(
                        json.get("k").asInt(), json.get("epsilon").asDouble())
                .prepare(golden.concepts())
                .decompose(golden.divergence());

        assertThat(decomposition.weights()).containsExactly(weights, within(1e-9));
        assertThat(decomposition.relativeError())
                .isCloseTo(json.get("relative_error").asDouble(), within(1e-10));
        assertThat(decomposition.explanation())
                .containsExactly(DecomposeGolden.doubles(json.get("explanation")), within(1e-9));
    }

    @Test
    void dimensionsBeyondTheRankChangeNothing() {
        // Centred, four concepts span three dimensions.
        DMatrixRMaj concepts = Samples.normal(4, 10, 1);
        double[] divergence = Samples.normal(10, 2);

        assertThat(new StyleSubspace(18, 1e-3)
                        .prepare(concepts)
                        .decompose(divergence)
                        .weights())
                .containsExactly(new StyleSubspace(3, 1e-3)
                        .prepare(concepts)
                        .decompose(divergence)
                        .weights());
    }

    @Test
    void conceptsWithoutADifferenceAreRefused() {
        DMatrixRMaj one = Samples.normal(1, 10, 1);

        assertThatThrownBy(() -> new StyleSubspace().prepare(one))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("concepts: expected at least 2 with different directions for method style-subspace,"
                        + " got 1 without a difference");
        assertThatThrownBy(() -> new StyleSubspace().prepare(Samples.rows(one, 0, 0, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("got 3 without a difference");
    }

    @Test
    void badSettingsAreNamed() {
        assertThatThrownBy(() -> new StyleSubspace(0, 1e-3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("dimensions: expected at least 1, got 0");
        assertThatThrownBy(() -> new StyleSubspace(18, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("epsilon: expected a positive number, got 0.0");
    }
}
