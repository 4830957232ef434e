package dev.finexl.decompose;

import java.util.List;

/**
 * A divergence V expressed as a weighted sum of concept directions.
 *
 * @param method the {@link DecompositionMethod#id() id} of the method
 * @param space the space in which the method fits, and in which {@code relativeError} is measured
 * @param weights w, one for each concept; the methods that say so never give a negative one
 * @param relativeError |V − Σ w_i f_i| / |V|, with V and f_i taken in {@code space}; 0 where V is zero there
 * @param explanation the part of the change that the concepts explain, e = Σ w_i f_i with f_i taken in {@code space},
 *     in the d dimensions of the embedding and of length 1; all zeros where every weight is
 * @param kept the concepts that carry the explanation: in the order in which they were taken where the method takes
 *     them one by one, else ascending
 * @param rejected the concepts that Algorithm 1 passed over, in the order in which it met them; empty for other methods
 */
public record Decomposition(
        String method,
        Space space,
        double[] weights,
        double relativeError,
        double[] explanation,
        int[] kept,
        List<Rejection> rejected) {

    /** Where a method fits. */
    public enum Space {
        /** The embedding space itself. */
        EMBEDDING,
        /** The whitened subspace of {@link StyleSubspace}. */
        STYLE_SUBSPACE
    }

    /**
     * A concept that overlapped too much with those already kept.
     *
     * @param concept its index
     * @param overlap |Σ_kept cos(f, f_kept)|
     */
    public record Rejection(int concept, double overlap) {}

    /** |residual| / |target|, or 0 for a zero target, of which nothing is left unexplained. */
    static double relativeError(double residualNorm, double targetNorm) {
        return targetNorm == 0 ? 0 : residualNorm / targetNorm;
    }
}
