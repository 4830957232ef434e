package dev.finexl.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;

class BootstrapTest {

    private static final DMatrixRMaj CONCEPTS = Samples.directions(30, 64, 1);
    private static final Divergence DIVERGENCE = Divergence.of(Samples.around(Vectors.row(CONCEPTS, 4), 0.3, 25, 2));

    @Test
    void theMeansSpreadAroundTheMeanByTheStandardError() {
        DMatrixRMaj differences = Samples.around(new double[] {3}, 2, 25, 1);
        double mean = Arrays.stream(differences.data).average().orElseThrow();
        double variance = Arrays.stream(differences.data)
                .map(x -> (x - mean) * (x - mean))
                .average()
                .orElseThrow();

        double[] means = new Bootstrap(20_000, 7).means(Divergence.of(differences)).data;

        double centre = Arrays.stream(means).average().orElseThrow();
        double spread = Math.sqrt(
                Arrays.stream(means).map(x -> (x - mean) * (x - mean)).average().orElseThrow());
        assertThat(centre).isCloseTo(mean, within(0.02));
        assertThat(spread).isCloseTo(Math.sqrt(variance / 25), within(0.01));
    }

    @Test
    void theIntervalsAreQuantilesOfTheResampledMeansDecompositions() {
        Bootstrap bootstrap = new Bootstrap(41, 3);
        Decomposer decomposer = new NnlsMethod().prepare(CONCEPTS);
        DMatrixRMaj means = bootstrap.means(DIVERGENCE);
        double[][] weights = IntStream.range(0, 41)
                .mapToObj(b -> decomposer.decompose(Vectors.row(means, b)).weights())
                .toArray(double[][]::new);

        Bootstrap.Intervals intervals = bootstrap.intervals(decomposer, DIVERGENCE, 0.9);

        assertThat(intervals.confidence()).isEqualTo(0.9);
        for (int i = 0; i < 30; i++) {
            int concept = i;
            double[] sorted =
                    Arrays.stream(weights).mapToDouble(w -> w[concept]).sorted().toArray();
            // With 41 replicates the quantiles 0.05 and 0.95 are the third from either end.
            assertThat(intervals.low()[i]).isCloseTo(sorted[2], within(1e-10));
            assertThat(intervals.high()[i]).isCloseTo(sorted[38], within(1e-10));
            assertThat(intervals.selected()[i])
                    .isCloseTo(Arrays.stream(sorted).filter(w -> w > 0).count() / 41.0, within(1e-15));
        }
        assertThat(intervals.selected()[4]).isEqualTo(1);
        assertThat(intervals.low()[4]).isGreaterThan(0.5);
    }

    @Test
    void quantilesBetweenReplicatesAreInterpolated() {
        Divergence divergence = Divergence.of(new DMatrixRMaj(new double[][] {{1}, {2}, {4}}));
        double[] sorted = Arrays.stream(new Bootstrap(4, 1).means(divergence).data)
                .sorted()
                .toArray();

        Bootstrap.Intervals intervals = new Bootstrap(4, 1)
                .intervals(new NnlsMethod().prepare(new DMatrixRMaj(new double[][] {{1}})), divergence, 0.8);

        assertThat(intervals.low()[0]).isCloseTo(0.7 * sorted[0] + 0.3 * sorted[1], within(1e-14));
        assertThat(intervals.high()[0]).isCloseTo(0.3 * sorted[2] + 0.7 * sorted[3], within(1e-14));
    }

    @Test
    void theSeedDecidesEveryBit() {
        Decomposer decomposer = new NnlsMethod().prepare(CONCEPTS);
        Bootstrap.Intervals first = new Bootstrap(50, 3).intervals(decomposer, DIVERGENCE, 0.95);
        Bootstrap.Intervals again = new Bootstrap(50, 3).intervals(decomposer, DIVERGENCE, 0.95);
        Bootstrap.Intervals other = new Bootstrap(50, 4).intervals(decomposer, DIVERGENCE, 0.95);

        assertThat(again.low()).containsExactly(first.low());
        assertThat(again.high()).containsExactly(first.high());
        assertThat(again.selected()).containsExactly(first.selected());
        assertThat(other.high()).isNotEqualTo(first.high());
    }

    @Test
    void noChangeSelectsNothing() {
        Bootstrap.Intervals intervals = new Bootstrap(20, 1)
                .intervals(new NnlsMethod().prepare(CONCEPTS), Divergence.of(new DMatrixRMaj(25, 64)), 0.95);

        assertThat(intervals.low()).hasSize(30).containsOnly(0);
        assertThat(intervals.high()).containsOnly(0);
        assertThat(intervals.selected()).containsOnly(0);
    }

    @Test
    void badSettingsAreNamed() {
        Decomposer decomposer = new NnlsMethod().prepare(CONCEPTS);

        assertThatThrownBy(() -> new Bootstrap(0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("replicates: expected at least 1, got 0");
        assertThatThrownBy(() -> new Bootstrap(10, 1).intervals(decomposer, DIVERGENCE, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("confidence: expected a number between 0 and 1, got 1.0");
        assertThatThrownBy(() -> new Bootstrap(10_000_000, 1).intervals(decomposer, DIVERGENCE, 0.9))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("replicates: expected at most 2236962 for 30 concepts, got 10000000");
        assertThatThrownBy(() -> new Bootstrap(10_000_000, 1).means(DIVERGENCE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("replicates: expected at most 1048576 for 64 dimensions, got 10000000");
    }
}
