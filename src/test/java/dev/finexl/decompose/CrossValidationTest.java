package dev.finexl.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;

/** What is explained in pairs that were left out, where the truth is known. */
class CrossValidationTest {

    private static final DMatrixRMaj CONCEPTS = Samples.directions(6, 30, 1);
    private static final double[] MIXTURE = {0, 0.7, 0, 0, 0.4, 0};

    private static double explained(double[] change, double noise, int pairs, int... concepts) {
        Divergence divergence = Divergence.of(Samples.around(change, noise, pairs, 3));
        return new CrossValidation(50)
                .explained(
                        divergence,
                        new NnlsMethod().prepare(CONCEPTS).mixtures(divergence.differences()),
                        concepts,
                        Samples.rows(CONCEPTS, concepts));
    }

    @Test
    void allOfAChangeThatTheConceptsMake() {
        assertThat(explained(Vectors.combination(CONCEPTS, MIXTURE), 0, 12, 1, 4))
                .isCloseTo(1, within(1e-9));
    }

    @Test
    void aboutAsMuchWithNoise() {
        assertThat(explained(Vectors.combination(CONCEPTS, MIXTURE), 0.3, 60, 1, 4))
                .isCloseTo(1, within(0.03));
    }

    @Test
    void lessWhereAConceptIsNotCounted() {
        double[] change = Vectors.combination(CONCEPTS, MIXTURE);
        assertThat(explained(change, 0, 12, 1)).isBetween(0.2, 0.99);
    }

    /** Where the fit to all pairs flatters: the weights of one part of the noise explain nothing of the other. */
    @Test
    void nothingOfNoise() {
        assertThat(explained(new double[30], 1, 10, 0, 1, 2, 3, 4, 5)).isLessThan(0.2);
    }

    @Test
    void nothingWithoutConceptsOrChange() {
        assertThat(explained(Vectors.combination(CONCEPTS, MIXTURE), 0, 12)).isZero();
        assertThat(explained(new double[30], 0, 12, 1)).isZero();
    }

    @Test
    void refusesASingleFold() {
        assertThatIllegalArgumentException().isThrownBy(() -> new CrossValidation(1));
    }
}
