package dev.finexl.decompose;

import org.ejml.data.DMatrixRMaj;

/**
 * How much of a mean change some weights account for, in the embedding space itself, whichever method found them.
 *
 * @param vector e = &Sigma; w_i f_i, normalised; all zeros where every weight is
 * @param relativeError |V &minus; &Sigma; w_i f_i| / |V|; 0 where V is zero. Above 1 where the weights make it worse
 * @param unexplained the squared relative error, 0 to 1: the share of the change that is left
 */
public record Explained(double[] vector, double relativeError, double unexplained) {

    /**
     * @param concepts mean directions F, N &times; d
     * @param weights w, of length N
     */
    public static Explained by(DMatrixRMaj concepts, double[] weights, Divergence divergence) {
        double[] explained = Vectors.combination(concepts, weights);
        double[] residual = divergence.mean().clone();
        for (int t = 0; t < residual.length; t++) {
            residual[t] -= explained[t];
        }
        double error = Decomposition.relativeError(Vectors.norm(residual), divergence.norm());
        return new Explained(Vectors.normalised(explained), error, Math.min(1, error * error));
    }
}
