package dev.finexl.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;

class LeastSquaresTest {

    @Test
    void overAllConceptsEqualsNumpysLstsq() {
        // With nothing rejected and no early stop, Algorithm 1 of the reference is least squares over all concepts.
        DecomposeGolden.Case golden = DecomposeGolden.cases("algorithm1").stream()
                .filter(each -> each.json().get("e_ortho").isNull())
                .findFirst()
                .orElseThrow();

        Decomposition decomposition =
                new LeastSquares().prepare(golden.concepts()).decompose(golden.divergence());

        assertThat(Samples.elements(
                        decomposition.weights(),
                        DecomposeGolden.ints(golden.json().get("kept"))))
                .containsExactly(DecomposeGolden.doubles(golden.json().get("weights")), within(1e-10));
        assertThat(decomposition.relativeError())
                .isCloseTo(golden.json().get("relative_error").asDouble(), within(1e-12));
        assertThat(decomposition.kept()).hasSize(60);
    }

    @Test
    void ofManySolutionsTheOneOfLeastNormIsTaken() {
        DMatrixRMaj concepts = new DMatrixRMaj(new double[][] {{1, 0}, {1, 0}, {0, 1}, {0, -1}});

        Decomposition decomposition = new LeastSquares().prepare(concepts).decompose(new double[] {4, 2});

        assertThat(decomposition.weights()).containsExactly(new double[] {2, 2, 1, -1}, within(1e-14));
        assertThat(decomposition.relativeError()).isCloseTo(0, within(1e-14));
    }

    @Test
    void zeroConceptsExplainNothing() {
        Decomposition decomposition =
                new LeastSquares().prepare(new DMatrixRMaj(3, 2)).decompose(new double[] {1, 1});

        assertThat(decomposition.weights()).containsOnly(0);
        assertThat(decomposition.explanation()).containsOnly(0);
        assertThat(decomposition.relativeError()).isEqualTo(1);
    }
}
