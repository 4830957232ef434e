package dev.finexl.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.ejml.data.DMatrixRMaj;

class DecompositionProperties {

    /** Few enough concepts and dimensions of the subspace that there is one answer. */
    @Provide
    Arbitrary<DecompositionMethod> methods() {
        return Arbitraries.of(
                new NnlsMethod(), new OrthogonalGreedy(), new StyleSubspace(18, 1e-3), new LeastSquares());
    }

    @Property(tries = 200, seed = "1")
    void theOrderOfTheConceptsOnlyPermutesTheWeights(
            @ForAll("methods") DecompositionMethod method,
            @ForAll @IntRange(min = 2, max = 15) int concepts,
            @ForAll long seed) {
        DMatrixRMaj directions = Samples.directions(concepts, 40, seed);
        double[] divergence = Samples.normal(40, seed + 1);
        int[] order = Samples.permutation(concepts, seed);

        Decomposition inOrder = method.prepare(directions).decompose(divergence);
        Decomposition permuted = method.prepare(Samples.rows(directions, order)).decompose(divergence);

        assertThat(permuted.weights()).containsExactly(Samples.elements(inOrder.weights(), order), within(1e-8));
        assertThat(permuted.relativeError()).isCloseTo(inOrder.relativeError(), within(1e-8));
    }

    @Property(tries = 200, seed = "2")
    void theOrderOfThePairsChangesNothing(
            @ForAll("methods") DecompositionMethod method,
            @ForAll @IntRange(min = 1, max = 30) int pairs,
            @ForAll long seed) {
        DMatrixRMaj base = Samples.normal(pairs, 40, seed);
        DMatrixRMaj personalised = Samples.normal(pairs, 40, seed + 1);
        int[] order = Samples.permutation(pairs, seed);
        Decomposer decomposer = method.prepare(Samples.directions(12, 40, seed));

        double[] inOrder = Divergence.between(base, personalised).mean();
        double[] permuted = Divergence.between(Samples.rows(base, order), Samples.rows(personalised, order))
                .mean();

        assertThat(decomposer.decompose(permuted).weights())
                .containsExactly(decomposer.decompose(inOrder).weights(), within(1e-8));
    }

    @Property(tries = 200, seed = "3")
    void weightsScaleWithTheDivergence(
            @ForAll("methods") DecompositionMethod method,
            @ForAll @IntRange(min = -8, max = 8) int exponent,
            @ForAll long seed) {
        Decomposer decomposer = method.prepare(Samples.directions(12, 40, seed));
        double[] divergence = Samples.normal(40, seed + 1);

        Decomposition single = decomposer.decompose(divergence);
        Decomposition scaled = decomposer.decompose(Samples.scaled(divergence, Math.scalb(1.0, exponent)));

        // A power of two changes no rounding, so not even the last bit may differ.
        assertThat(Samples.scaled(scaled.weights(), Math.scalb(1.0, -exponent))).containsExactly(single.weights());
        assertThat(scaled.relativeError()).isEqualTo(single.relativeError());
        assertThat(scaled.explanation()).containsExactly(single.explanation(), within(1e-12));
    }
}
