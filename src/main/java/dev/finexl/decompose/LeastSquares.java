package dev.finexl.decompose;

import java.util.List;
import org.ejml.data.DMatrixRMaj;

/**
 * Unconstrained least squares of V over all concept directions: "lsq". Of the many solutions that more concepts than
 * dimensions allow it takes the one of least norm, as numpy's {@code lstsq} does.
 *
 * <p>Weights may be negative, and near synonyms take large weights of opposite sign: it is here to be compared with.
 */
public record LeastSquares() implements DecompositionMethod {

    @Override
    public String id() {
        return "lsq";
    }

    @Override
    public Decomposer prepare(DMatrixRMaj concepts) {
        Vectors.require(concepts, "concepts");
        return new Prepared(id(), concepts, RightSingularVectors.of(concepts, 0));
    }

    private record Prepared(String id, DMatrixRMaj concepts, RightSingularVectors svd) implements Decomposer {

        @Override
        public Decomposition decompose(double[] divergence) {
            Vectors.require(divergence, concepts.numCols, "divergence");
            double[] weights = weights(divergence);
            double[] fit = Vectors.combination(concepts, weights);
            double[] residual = divergence.clone();
            Vectors.add(fit, 0, -1, residual);
            return new Decomposition(
                    id,
                    Decomposition.Space.EMBEDDING,
                    weights,
                    Decomposition.relativeError(Vectors.norm(residual), Vectors.norm(divergence)),
                    Vectors.normalised(fit),
                    Vectors.nonZero(weights),
                    List.of());
        }

        /** The pseudo-inverse of Fᵀ = VΣUᵀ times the divergence, as F (V Σ⁻² Vᵀ divergence). */
        private double[] weights(double[] divergence) {
            double[] coordinates = Vectors.product(svd.vectors(), divergence);
            for (int k = 0; k < coordinates.length; k++) {
                coordinates[k] = coordinates[k] / svd.values()[k] / svd.values()[k];
            }
            return Vectors.product(concepts, Vectors.combination(svd.vectors(), coordinates));
        }
    }
}
