package dev.finexl.decompose;

import java.util.List;
import org.ejml.data.DMatrixRMaj;

/**
 * Plain non-negative least squares of V over the concept directions, without any subspace: "nnls".
 *
 * <p>An aspect is either added to the pictures or not, so a negative weight has no meaning; and the constraint alone
 * makes the answer sparse where directions share a common part.
 */
public record NnlsMethod() implements DecompositionMethod {

    @Override
    public String id() {
        return "nnls";
    }

    @Override
    public Decomposer prepare(DMatrixRMaj concepts) {
        return prepare(id(), concepts);
    }

    /** The same for a method of another name that comes down to this one. */
    static Decomposer prepare(String id, DMatrixRMaj concepts) {
        return new Prepared(id, concepts, new Nnls(concepts));
    }

    private record Prepared(String id, DMatrixRMaj concepts, Nnls nnls) implements Decomposer {

        @Override
        public Decomposition decompose(double[] divergence) {
            Vectors.require(divergence, concepts.numCols, "divergence");
            NnlsSolution solution = nnls.solve(divergence);
            return new Decomposition(
                    id,
                    Decomposition.Space.EMBEDDING,
                    solution.weights(),
                    Decomposition.relativeError(solution.residualNorm(), Vectors.norm(divergence)),
                    Vectors.normalised(Vectors.combination(concepts, solution.weights())),
                    solution.activeSet(),
                    List.of());
        }

        @Override
        public Mixtures mixtures(DMatrixRMaj differences) {
            Vectors.requireColumns(differences, concepts.numCols, "differences");
            if (concepts.numRows >= concepts.numCols) {
                return nnls.mixtures(differences);
            }
            // What stands at right angles to all directions no weights can fit: without it there are fewer dimensions.
            DMatrixRMaj basis = RightSingularVectors.of(concepts, 0).vectors();
            if (basis.numRows == 0) {
                return nnls.mixtures(differences);
            }
            return new Nnls(Vectors.products(concepts, basis)).mixtures(Vectors.products(differences, basis));
        }
    }
}
