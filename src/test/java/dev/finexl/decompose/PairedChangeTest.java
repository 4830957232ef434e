package dev.finexl.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;

class PairedChangeTest {

    private static final Bootstrap BOOTSTRAP = new Bootstrap(1000, 3);
    private static final ChangeTest TEST = new ChangeTest(9999, 3);

    private static PairedChange change(DMatrixRMaj differences) {
        return PairedChange.of(Divergence.of(differences), BOOTSTRAP, TEST, 0.05);
    }

    @Test
    void theNumberThatMovesIsToldFromThoseThatOnlyVary() {
        DMatrixRMaj differences = Samples.around(new double[] {0, 0.5, 0, -0.4, 0}, 0.3, 40, 11);

        PairedChange change = change(differences);

        assertThat(change.changed()).containsExactly(false, true, false, true, false);
        assertThat(change.mean()).containsExactly(Vectors.mean(differences));
        assertThat(change.low()[1]).isPositive();
        assertThat(change.high()[3]).isNegative();
    }

    @Test
    void theIntervalIsAsWideAsTheStandardErrorDemands() {
        DMatrixRMaj differences = Samples.around(new double[] {1}, 2, 400, 5);
        double mean = Vectors.mean(differences)[0];
        double spread = Math.sqrt(Arrays.stream(differences.data)
                .map(x -> (x - mean) * (x - mean))
                .average()
                .orElseThrow());

        PairedChange change = change(differences);

        assertThat(change.low()[0]).isCloseTo(mean - 1.96 * spread / 20, within(0.02));
        assertThat(change.high()[0]).isCloseTo(mean + 1.96 * spread / 20, within(0.02));
    }

    @Test
    void theIntervalCoversTheTruthAboutAsOftenAsItSays() {
        int covered = 0;
        for (int trial = 0; trial < 400; trial++) {
            PairedChange change = PairedChange.of(
                    Divergence.of(Samples.around(new double[] {0.7}, 1, 30, 100 + trial)),
                    BOOTSTRAP,
                    new ChangeTest(1, 1),
                    0.05);
            covered += change.low()[0] <= 0.7 && 0.7 <= change.high()[0] ? 1 : 0;
        }
        // The percentile interval of 30 pairs falls a little short of 0.95.
        assertThat(covered / 400.0).isBetween(0.9, 0.98);
    }

    @Test
    void aNumbersResultsDoNotDependOnItsCompany() {
        DMatrixRMaj together = Samples.around(new double[] {0.2, -0.1}, 0.3, 25, 7);
        DMatrixRMaj alone = new DMatrixRMaj(25, 1);
        Arrays.setAll(alone.data, i -> together.get(i, 1));

        PairedChange both = change(together);
        PairedChange one = change(alone);

        assertThat(one.low()[0]).isEqualTo(both.low()[1]);
        assertThat(one.high()[0]).isEqualTo(both.high()[1]);
        assertThat(one.pValue()[0]).isEqualTo(both.pValue()[1]);
    }

    @Test
    void whatIsTheSameOnBothSidesDidNotChange() {
        PairedChange change = change(new DMatrixRMaj(6, 2));

        assertThat(change.pValue()).containsOnly(1);
        assertThat(change.changed()).containsOnly(false);
        assertThat(change.low()).containsOnly(0);
        assertThat(change.high()).containsOnly(0);
    }

    /** With the p-values' order 0.005, 0.01, 0.03, 0.04 the limits are 0.0125, 0.0167, 0.025, and the rest stays. */
    @Test
    void holmStopsAtTheFirstPValueAboveItsLimit() {
        assertThat(PairedChange.holm(new double[] {0.01, 0.04, 0.03, 0.005}, 0.05))
                .containsExactly(true, false, false, true);
        assertThat(PairedChange.holm(new double[] {0.05}, 0.05)).containsExactly(true);
        assertThat(PairedChange.holm(new double[] {0.03, 0.03}, 0.05)).containsExactly(false, false);
        assertThat(PairedChange.holm(new double[] {0.025, 0.05}, 0.05)).containsExactly(true, true);
    }

    @Test
    void aBadLevelIsNamed() {
        assertThatThrownBy(() -> PairedChange.of(Divergence.of(new DMatrixRMaj(3, 1)), BOOTSTRAP, TEST, Double.NaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("level: expected a number between 0 and 1, got NaN");
    }
}
