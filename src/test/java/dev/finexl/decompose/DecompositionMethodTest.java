package dev.finexl.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DecompositionMethodTest {

    static List<DecompositionMethod> methods() {
        return DecompositionMethod.all();
    }

    /** The style subspace refuses concepts without a difference. */
    static Stream<DecompositionMethod> methodsWithoutASubspace() {
        return methods().stream().filter(method -> !(method instanceof StyleSubspace));
    }

    @Test
    void namesAreThoseOfTheApi() {
        assertThat(methods())
                .extracting(DecompositionMethod::id)
                .containsExactly("stacked-nnls", "nnls", "orthogonal-greedy", "style-subspace", "lsq");
    }

    @ParameterizedTest
    @MethodSource("methods")
    void aNameGivesItsMethodWithThePublishedSettings(DecompositionMethod method) {
        assertThat(DecompositionMethod.of(method.id())).isEqualTo(method);
    }

    @Test
    void anUnknownNameIsAnErrorThatListsTheKnownOnes() {
        assertThatThrownBy(() -> DecompositionMethod.of("pca"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "method: expected one of stacked-nnls, nnls, orthogonal-greedy, style-subspace, lsq, got 'pca'");
    }

    @ParameterizedTest
    @MethodSource("methods")
    void noChangeHasNoWeightsAndNoError(DecompositionMethod method) {
        DMatrixRMaj embeddings = Samples.normal(5, 20, 1);
        double[] nothing = Divergence.between(embeddings, embeddings).mean();

        Decomposition decomposition =
                method.prepare(Samples.directions(30, 20, 2)).decompose(nothing);

        assertThat(decomposition.weights()).hasSize(30).containsOnly(0);
        assertThat(decomposition.relativeError()).isZero();
        assertThat(decomposition.explanation()).hasSize(20).containsOnly(0);
        assertThat(decomposition.kept()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("methods")
    void theDecompositionNamesItsMethodAndItsExplanationHasLengthOne(DecompositionMethod method) {
        DMatrixRMaj concepts = Samples.directions(30, 20, 2);

        Decomposition decomposition = method.prepare(concepts).decompose(Vectors.row(concepts, 4));

        assertThat(decomposition.method()).isEqualTo(method.id());
        assertThat(decomposition.space() == Decomposition.Space.STYLE_SUBSPACE)
                .isEqualTo(method instanceof StyleSubspace);
        assertThat(Vectors.norm(decomposition.explanation())).isCloseTo(1, within(1e-14));
        assertThat(decomposition.relativeError()).isCloseTo(0, within(1e-9));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void theSameInputGivesTheSameBits(DecompositionMethod method) {
        DMatrixRMaj concepts = Samples.directions(30, 20, 2);
        double[] divergence = Samples.normal(20, 3);

        Decomposition first = method.prepare(concepts).decompose(divergence);
        Decomposition second = method.prepare(concepts.copy()).decompose(divergence.clone());

        assertThat(second.weights()).containsExactly(first.weights());
        assertThat(second.explanation()).containsExactly(first.explanation());
        assertThat(second.relativeError()).isEqualTo(first.relativeError());
    }

    @ParameterizedTest
    @MethodSource("methods")
    void aMixtureHasTheWeightsOfItsDecomposition(DecompositionMethod method) {
        // More dimensions than concepts, so that there is one answer, and both fewer and more pairs than dimensions.
        DMatrixRMaj concepts = Samples.directions(12, 16, 2);
        Decomposer decomposer = method.prepare(concepts);
        for (int pairs : new int[] {5, 40}) {
            DMatrixRMaj differences = Samples.around(Vectors.row(concepts, 4), 0.5, pairs, 3);
            double[] coefficients = Samples.normal(pairs, 4);

            assertThat(decomposer.mixtures(differences).weights(coefficients))
                    .containsExactly(
                            decomposer
                                    .decompose(Vectors.combination(differences, coefficients))
                                    .weights(),
                            within(1e-9));
        }
    }

    @ParameterizedTest
    @MethodSource("methodsWithoutASubspace")
    void conceptsWithoutDirectionsExplainNothing(DecompositionMethod method) {
        Decomposer decomposer = method.prepare(new DMatrixRMaj(3, 20));

        assertThat(decomposer.decompose(Samples.normal(20, 1)).weights()).containsExactly(0, 0, 0);
        assertThat(decomposer.decompose(Samples.normal(20, 1)).relativeError()).isEqualTo(1);
        assertThat(decomposer.mixtures(Samples.normal(4, 20, 1)).weights(Samples.normal(4, 2)))
                .containsExactly(0, 0, 0);
    }

    @ParameterizedTest
    @MethodSource("methods")
    void badInputIsNamed(DecompositionMethod method) {
        Decomposer decomposer = method.prepare(Samples.directions(30, 20, 2));
        DMatrixRMaj differences = Samples.normal(4, 20, 1);

        assertThatThrownBy(() -> method.prepare(new DMatrixRMaj(new double[][] {{1, 2}, {Double.NaN, 0}})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("concepts: expected finite numbers of magnitude up to 1e+100, got NaN in row 1, column 0");
        assertThatThrownBy(() -> decomposer.decompose(new double[19]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("divergence: expected 20 numbers, got 19");
        assertThatThrownBy(() -> decomposer.mixtures(Samples.normal(4, 19, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("differences: expected 20 columns, got 19");
        assertThatThrownBy(() -> decomposer.mixtures(differences).weights(new double[5]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("coefficients: expected 4 numbers, got 5");
    }
}
