package dev.finexl.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.ejml.data.DMatrixRMaj;

class CertaintyProperties {

    @Property(tries = 100, seed = "1")
    void pValuesAreProbabilitiesAndNeverZero(
            @ForAll @IntRange(min = 1, max = 70) int pairs,
            @ForAll @IntRange(min = 1, max = 10) int dimensions,
            @ForAll @IntRange(min = 1, max = 300) int flips,
            @ForAll @DoubleRange(min = 0, max = 2) double change,
            @ForAll long seed) {
        double[] centre = Samples.scaled(Samples.normal(dimensions, seed), change);

        SignFlipTest.Result result =
                new SignFlipTest(flips, seed).test(Divergence.of(Samples.around(centre, 1, pairs, seed + 1)));

        assertThat(result.pValue()).isPositive().isLessThanOrEqualTo(1);
        assertThat(result.patterns()).isBetween(1, flips);
    }

    @Property(tries = 100, seed = "2")
    void neitherTheOrderOfThePairsNorTheUnitChangesAnExactPValue(
            @ForAll @IntRange(min = 1, max = 10) int pairs,
            @ForAll @IntRange(min = 1, max = 20) int dimensions,
            @ForAll @DoubleRange(min = 0.01, max = 100) double unit,
            @ForAll long seed) {
        DMatrixRMaj differences = Samples.around(Samples.normal(dimensions, seed), 2, pairs, seed + 1);
        DMatrixRMaj changed = Samples.scaled(Samples.rows(differences, Samples.permutation(pairs, seed)), unit);
        SignFlipTest test = new SignFlipTest(512, 1);

        assertThat(test.test(Divergence.of(changed)).pValue())
                .isEqualTo(test.test(Divergence.of(differences)).pValue());
    }

    @Property(tries = 40, seed = "3")
    void intervalsContainTheWeightsOfTheMean(@ForAll long seed) {
        DMatrixRMaj concepts = Samples.directions(15, 40, seed);
        Decomposer decomposer = new NnlsMethod().prepare(concepts);
        double[] change = Vectors.combination(Samples.rows(concepts, 2, 9), new double[] {1, 0.5});
        Divergence divergence = Divergence.of(Samples.around(change, 0.2, 25, seed + 1));
        double[] weights = decomposer.decompose(divergence.mean()).weights();

        Bootstrap.Intervals intervals = new Bootstrap(200, seed).intervals(decomposer, divergence, 0.95);

        for (int concept : new int[] {2, 9}) {
            assertThat(weights[concept])
                    .isBetween(intervals.low()[concept], intervals.high()[concept]);
            assertThat(intervals.selected()[concept]).isEqualTo(1);
        }
    }

    @Property(tries = 40, seed = "6")
    void oneConceptIsTheStrongestOfEveryReplicate(@ForAll long seed) {
        DMatrixRMaj concepts = Samples.directions(15, 40, seed);
        Decomposer decomposer = new NnlsMethod().prepare(concepts);
        double[] change = Vectors.combination(Samples.rows(concepts, 2, 9), new double[] {1, 0.9});
        Divergence divergence = Divergence.of(Samples.around(change, 0.3, 10, seed + 1));

        Bootstrap.Intervals intervals = new Bootstrap(100, seed).intervals(decomposer, divergence, 0.95);

        assertThat(Arrays.stream(intervals.strongest()).sum()).isCloseTo(1, within(1e-12));
        for (int concept = 0; concept < 15; concept++) {
            assertThat(intervals.strongest()[concept]).isBetween(0.0, intervals.selected()[concept]);
        }
        DMatrixRMaj means = new Bootstrap(100, seed).means(divergence);
        long second = IntStream.range(0, means.numRows)
                .mapToObj(b -> decomposer.decompose(Vectors.row(means, b)).weights())
                .filter(weights -> Arrays.stream(weights).max().orElseThrow() == weights[2])
                .count();
        assertThat(intervals.strongest()[2]).isCloseTo(second / 100.0, within(0.02));
    }

    @Property(tries = 40, seed = "4")
    void aLargerChangeHasLargerIntervalsInProportion(
            @ForAll @IntRange(min = -8, max = 8) int exponent, @ForAll long seed) {
        double factor = Math.scalb(1.0, exponent);
        DMatrixRMaj concepts = Samples.directions(15, 40, seed);
        Decomposer decomposer = new NnlsMethod().prepare(concepts);
        DMatrixRMaj differences = Samples.around(Vectors.row(concepts, 2), 1, 10, seed + 1);
        Bootstrap bootstrap = new Bootstrap(30, seed);

        Bootstrap.Intervals single = bootstrap.intervals(decomposer, Divergence.of(differences), 0.9);
        Bootstrap.Intervals scaled =
                bootstrap.intervals(decomposer, Divergence.of(Samples.scaled(differences, factor)), 0.9);

        assertThat(Samples.scaled(scaled.low(), 1 / factor)).containsExactly(single.low());
        assertThat(Samples.scaled(scaled.high(), 1 / factor)).containsExactly(single.high());
        assertThat(scaled.selected()).containsExactly(single.selected());
    }

    @Property(tries = 40, seed = "5")
    void theOrderOfTheConceptsOnlyPermutesTheIntervals(@ForAll long seed) {
        DMatrixRMaj concepts = Samples.directions(15, 40, seed);
        Divergence divergence = Divergence.of(Samples.around(Vectors.row(concepts, 2), 1, 10, seed + 1));
        int[] order = Samples.permutation(15, seed);
        Bootstrap bootstrap = new Bootstrap(30, seed);

        Bootstrap.Intervals inOrder = bootstrap.intervals(new NnlsMethod().prepare(concepts), divergence, 0.9);
        Bootstrap.Intervals permuted =
                bootstrap.intervals(new NnlsMethod().prepare(Samples.rows(concepts, order)), divergence, 0.9);

        assertThat(permuted.low()).containsExactly(Samples.elements(inOrder.low(), order), within(1e-9));
        assertThat(permuted.high()).containsExactly(Samples.elements(inOrder.high(), order), within(1e-9));
    }
}
