package dev.finexl.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignFlipTestTest {

    @Test
    void fewPairsAreTestedExactly() {
        // Sums over all signs: ±6, ±4, ±2 and 0 for one pattern and its opposite; of the four pairs, one is as large as
        // 6.
        Divergence divergence = Divergence.of(new DMatrixRMaj(new double[][] {{1}, {2}, {3}}));

        SignFlipTest.Result result = new SignFlipTest(1000, 1).test(divergence);

        assertThat(result).isEqualTo(new SignFlipTest.Result(0.25, 2, 4, true));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.7, 1.1, 1.3})
    void tiesCountThoughRoundingSeparatesThem(double unit) {
        // The first three cancel, with all signs flipped too; of the eight patterns five give a sum of 10 or more.
        DMatrixRMaj differences = new DMatrixRMaj(new double[][] {{unit}, {2 * unit}, {-3 * unit}, {10 * unit}});

        assertThat(new SignFlipTest(8, 1).test(Divergence.of(differences)).pValue())
                .isEqualTo(5.0 / 8);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 100})
    void noDifferenceAtAllHasTheLargestPValue(int pairs) {
        SignFlipTest.Result result = new SignFlipTest(500, 1).test(Divergence.of(new DMatrixRMaj(pairs, 7)));

        assertThat(result.pValue()).isEqualTo(1);
        assertThat(result.statistic()).isZero();
    }

    @Test
    void onePairProvesNothing() {
        assertThat(new SignFlipTest(500, 1)
                        .test(Divergence.of(Samples.normal(1, 7, 1)))
                        .pValue())
                .isEqualTo(1);
    }

    @Test
    void aClearChangeHasTheSmallestPValueThatTheFlipsAllow() {
        double[] change = Samples.normal(64, 1);

        SignFlipTest.Result result = new SignFlipTest(999, 1).test(Divergence.of(Samples.around(change, 0.5, 25, 2)));

        assertThat(result.pValue()).isEqualTo(0.001);
        assertThat(result.exact()).isFalse();
        assertThat(result.patterns()).isEqualTo(999);
    }

    @Test
    void drawnPatternsEstimateTheExactPValue() {
        DMatrixRMaj differences = Samples.around(new double[] {0.3, 0.1, 0}, 1, 14, 5);
        SignFlipTest.Result exact = new SignFlipTest(1 << 13, 1).test(Divergence.of(differences));

        SignFlipTest.Result drawn = new SignFlipTest((1 << 13) - 1, 1).test(Divergence.of(differences));

        assertThat(exact.exact()).isTrue();
        assertThat(drawn.exact()).isFalse();
        assertThat(exact.pValue()).isBetween(0.05, 0.95);
        assertThat(drawn.pValue()).isCloseTo(exact.pValue(), within(0.02));
    }

    @Test
    void withoutAChangePValuesAreUniform() {
        SignFlipTest test = new SignFlipTest(199, 1);
        double[] pValues = new double[400];
        Arrays.setAll(
                pValues,
                i -> test.test(Divergence.of(Samples.normal(20, 40, i))).pValue());

        // Standard errors are 0.011 at 0.05 and 0.025 at 0.5.
        assertThat(Arrays.stream(pValues).filter(p -> p <= 0.05).count() / 400.0)
                .isCloseTo(0.05, within(0.035));
        assertThat(Arrays.stream(pValues).filter(p -> p <= 0.5).count() / 400.0).isCloseTo(0.5, within(0.08));
    }

    @Test
    void morePairsThanDimensionsGiveTheSameAsTheGramMatrix() {
        DMatrixRMaj differences = Samples.around(new double[] {0.1, 0}, 1, 80, 1);
        // The same rows with zeros behind: as long, at the same angles, but with more dimensions than pairs.
        DMatrixRMaj padded = new DMatrixRMaj(80, 100);
        for (int j = 0; j < 80; j++) {
            System.arraycopy(differences.data, 2 * j, padded.data, 100 * j, 2);
        }

        SignFlipTest.Result direct = new SignFlipTest(500, 1).test(Divergence.of(differences));

        assertThat(new SignFlipTest(500, 1).test(Divergence.of(padded)).pValue())
                .isEqualTo(direct.pValue());
        assertThat(direct.pValue()).isBetween(0.1, 0.9);
    }

    @Test
    void theSeedDecidesThePatterns() {
        Divergence divergence = Divergence.of(Samples.normal(30, 5, 1));

        assertThat(new SignFlipTest(300, 8).test(divergence)).isEqualTo(new SignFlipTest(300, 8).test(divergence));
        assertThat(new SignFlipTest(300, 9).test(divergence)).isNotEqualTo(new SignFlipTest(300, 8).test(divergence));
    }

    @Test
    void badSettingsAreNamed() {
        assertThatThrownBy(() -> new SignFlipTest(0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("flips: expected at least 1, got 0");
    }
}
