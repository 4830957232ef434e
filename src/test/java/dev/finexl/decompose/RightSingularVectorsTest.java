package dev.finexl.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RightSingularVectorsTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void valuesEqualNumpys(int index) {
        DecomposeGolden.Case golden = DecomposeGolden.cases("style_subspace").get(index);
        JsonNode json = golden.json();
        double[] expected = DecomposeGolden.doubles(json.get("singular_values"));

        RightSingularVectors svd = RightSingularVectors.of(StyleSubspace.centred(golden.concepts()), 0);

        assertThat(Arrays.copyOf(svd.values(), expected.length)).containsExactly(expected, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({"5, 12", "12, 5", "12, 12", "40, 6", "1, 3", "3, 1"})
    void vectorsAreOrthonormalAndKeepTheLengthsOfProducts(int rows, int columns) {
        DMatrixRMaj matrix = Samples.normal(rows, columns, 1);

        RightSingularVectors svd = RightSingularVectors.of(matrix, 0);

        assertThat(svd.rank()).isEqualTo(Math.min(rows, columns));
        for (int k = 0; k < svd.rank(); k++) {
            double[] vector = Vectors.row(svd.vectors(), k);
            double[] identity = new double[svd.rank()];
            identity[k] = 1;
            assertThat(Vectors.product(svd.vectors(), vector)).containsExactly(identity, within(1e-13));
            assertThat(Vectors.norm(Vectors.product(matrix, vector))).isCloseTo(svd.values()[k], within(1e-12));
        }
    }

    @Test
    void valuesThatAreRoundingAreLeftOut() {
        DMatrixRMaj rankTwo = Samples.rows(Samples.normal(2, 8, 1), 0, 1, 0, 1, 1);

        assertThat(RightSingularVectors.of(rankTwo, 0).rank()).isEqualTo(2);
        assertThat(RightSingularVectors.of(new DMatrixRMaj(3, 4), 0).rank()).isZero();
        assertThat(RightSingularVectors.of(Samples.scaled(rankTwo, 1e-17), 1).rank())
                .isZero();
    }
}
