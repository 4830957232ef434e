package dev.finexl.decompose;

/**
 * The test of "nothing changed" that is right for a divergence: {@link SignFlipTest} for pairs, {@link PermutationTest} for
 * independent sides.
 *
 * @param patterns how many patterns of signs, or deals, to try at most; at least 1
 * @param seed of the generator
 */
public record ChangeTest(int patterns, long seed) {

    /** The p-value, in (0, 1]. */
    public double pValue(Divergence divergence) {
        return divergence.paired()
                ? new SignFlipTest(patterns, seed).test(divergence).pValue()
                : new PermutationTest(patterns, seed).pValue(divergence);
    }
}
