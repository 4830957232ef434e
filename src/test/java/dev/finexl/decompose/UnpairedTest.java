package dev.finexl.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two independent sides of different sizes: the difference of their means, and what is known of its certainty. */
class UnpairedTest {

    private static final int WIDTH = 3;

    private static DMatrixRMaj normals(int rows, double shift, long seed) {
        Random random = new Random(seed);
        DMatrixRMaj matrix = new DMatrixRMaj(rows, WIDTH);
        for (int i = 0; i < matrix.data.length; i++) {
            matrix.data[i] = random.nextGaussian() + (i % WIDTH == 0 ? shift : 0);
        }
        return matrix;
    }

    private static double mean(DMatrixRMaj matrix, int column) {
        return IntStream.range(0, matrix.numRows)
                .mapToDouble(row -> matrix.get(row, column))
                .average()
                .orElseThrow();
    }

    @Test
    void theMeanIsTheDifferenceOfTheSidesMeans() {
        DMatrixRMaj base = normals(5, 0, 1);
        DMatrixRMaj other = normals(9, 2, 2);
        Divergence divergence = Divergence.unpaired(base, other);
        Divergence ordered = divergence.reordered(divergence.order());

        for (int k = 0; k < WIDTH; k++) {
            assertThat(divergence.mean()[k]).isCloseTo(mean(other, k) - mean(base, k), within(1e-12));
            assertThat(ordered.mean()[k]).isCloseTo(divergence.mean()[k], within(1e-12));
        }
        assertThat(ordered.baseRows()).isEqualTo(5);
        assertThat(Arrays.stream(divergence.order()).limit(5)).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
    }

    /** All C(6, 3) = 20 deals, of which the observed one and its mirror image are the most extreme. */
    @Test
    void thePermutationTestApproachesTheShareOfDeals() {
        DMatrixRMaj base = new DMatrixRMaj(3, 1, true, 0, 1, 2);
        DMatrixRMaj other = new DMatrixRMaj(3, 1, true, 10, 11, 12);

        assertThat(new PermutationTest(9999, 1).pValue(Divergence.unpaired(base, other)))
                .isCloseTo(0.1, within(0.01));
        assertThat(new PermutationTest(99, 1).pValue(Divergence.unpaired(base, base.copy())))
                .isEqualTo(1);
    }

    @Test
    void rejectsAtItsLevelAndNotMoreOften() {
        int trials = 400;
        int rejected = 0;
        int found = 0;
        for (int trial = 0; trial < trials; trial++) {
            DMatrixRMaj base = normals(6, 0, 2L * trial);
            rejected += p(base, normals(14, 0, 2L * trial + 1)) < 0.05 ? 1 : 0;
            found += p(base, normals(14, 3, 2L * trial + 1)) < 0.05 ? 1 : 0;
        }

        assertThat(rejected).isBetween(6, 36);
        assertThat(found).isGreaterThan(380);
    }

    private static double p(DMatrixRMaj base, DMatrixRMaj other) {
        return new ChangeTest(199, 3).pValue(Divergence.unpaired(base, other));
    }

    /** The standard error of a difference of means is known: the root of the sum of the squared ones. */
    @Test
    void theBootstrapDrawsFromEachSideByItself() {
        DMatrixRMaj base = normals(12, 5, 3);
        DMatrixRMaj other = normals(30, -5, 4);
        DMatrixRMaj means = new Bootstrap(4000, 5).means(Divergence.unpaired(base, other));
        double expected = Math.sqrt(variance(base) / base.numRows + variance(other) / other.numRows);

        assertThat(mean(means, 0)).isCloseTo(mean(other, 0) - mean(base, 0), within(0.03));
        assertThat(Math.sqrt(variance(means))).isCloseTo(expected, within(0.05 * expected));
    }

    private static double variance(DMatrixRMaj matrix) {
        double mean = mean(matrix, 0);
        return IntStream.range(0, matrix.numRows)
                .mapToDouble(row -> Math.pow(matrix.get(row, 0) - mean, 2))
                .average()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 40})
    void crossValidationSeesWhatOneDirectionExplains(int pictures) {
        DMatrixRMaj first = new DMatrixRMaj(1, WIDTH, true, 1, 0, 0);
        DMatrixRMaj second = new DMatrixRMaj(1, WIDTH, true, 0, 1, 0);
        Divergence divergence = Divergence.unpaired(normals(pictures, 0, 6), normals(2 * pictures, 20, 7));

        assertThat(explained(divergence, first)).isGreaterThan(0.97);
        assertThat(explained(divergence, second)).isLessThan(0.05);
    }

    private static double explained(Divergence divergence, DMatrixRMaj direction) {
        Decomposer decomposer = new NnlsMethod().prepare(direction);
        return new CrossValidation(10)
                .explained(divergence, decomposer.mixtures(divergence.differences()), new int[] {0}, direction);
    }

    @Test
    void changesOfSingleNumbersAreUnpairedToo() {
        Divergence divergence = Divergence.unpaired(normals(20, 0, 8), normals(25, 4, 9));
        PairedChange change = PairedChange.of(divergence, new Bootstrap(500, 1), new ChangeTest(999, 1), 0.05);

        assertThat(change.changed()).containsExactly(true, false, false);
        assertThat(change.low()[0]).isLessThan(change.mean()[0]).isPositive();
        assertThat(change.high()[0]).isGreaterThan(change.mean()[0]);
    }

    @Test
    void refusesSidesOfOnePictureAndPairs() {
        assertThatThrownBy(() -> Divergence.unpaired(normals(1, 0, 1), normals(3, 0, 2)))
                .hasMessageContaining("at least 2 embeddings");
        assertThatThrownBy(() -> new PermutationTest(9, 1).pValue(Divergence.of(normals(3, 0, 1))))
                .hasMessageContaining("independent sides");
    }
}
