package dev.finexl.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;

class DivergenceTest {

    @Test
    void isTheMeanOfThePairedDifferences() {
        DMatrixRMaj base = new DMatrixRMaj(new double[][] {{1, 0}, {0, 1}});
        DMatrixRMaj personalised = new DMatrixRMaj(new double[][] {{0.6, 0.8}, {0.8, 0.6}});

        Divergence divergence = Divergence.between(base, personalised);

        assertThat(divergence.differences().data).containsExactly(new double[] {-0.4, 0.8, 0.8, -0.4}, within(1e-15));
        assertThat(divergence.mean()).containsExactly(new double[] {0.2, 0.2}, within(1e-15));
        assertThat(divergence.norm()).isCloseTo(Math.sqrt(0.08), within(1e-15));
        assertThat(base.data).containsExactly(1, 0, 0, 1);
    }

    @Test
    void ofAModelAgainstItselfIsZero() {
        DMatrixRMaj embeddings = Samples.normal(4, 3, 1);

        assertThat(Divergence.between(embeddings, embeddings).norm()).isZero();
    }

    @Test
    void badInputIsNamed() {
        DMatrixRMaj two = Samples.normal(2, 3, 1);
        DMatrixRMaj infinite = two.copy();
        infinite.set(1, 2, Double.POSITIVE_INFINITY);

        assertThatThrownBy(() -> Divergence.between(two, Samples.normal(3, 3, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("personalised embeddings: expected 2 x 3 as the base embeddings have, got 3 x 3");
        assertThatThrownBy(() -> Divergence.between(new DMatrixRMaj(0, 3), new DMatrixRMaj(0, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("base embeddings: expected at least 1 row and 1 column, got 0 x 3");
        assertThatThrownBy(() -> Divergence.between(two, infinite))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("personalised embeddings")
                .hasMessageContaining("Infinity in row 1, column 2");
    }
}
