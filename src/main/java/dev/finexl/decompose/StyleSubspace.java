package dev.finexl.decompose;

import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.NormOps_DDRM;

/**
 * The paper's authors' later method: non-negative least squares in a whitened subspace of the concept directions,
 * "style-subspace".
 *
 * <p>With F centred, its thin SVD, std_k = σ_k/√(N−1) and the first K right singular vectors V_K, the operator is P =
 * V_K diag(1/(std_k + ε)) V_Kᵀ. It is applied to V and to the directions themselves, not centred, and NNLS follows.
 * Since V_K has orthonormal columns the fit is done in its K coordinates; only the explanation goes back to d
 * dimensions.
 *
 * <p>More concepts than K nearly always allow an exact fit, of which NNLS then gives one.
 *
 * @param dimensions K, at least 1; a lower rank of the centred F lowers it
 * @param epsilon ε, positive
 */
public record StyleSubspace(int dimensions, double epsilon) implements DecompositionMethod {

    /** @throws IllegalArgumentException if a setting is out of its range */
    public StyleSubspace {
        if (dimensions < 1) {
            throw new IllegalArgumentException("dimensions: expected at least 1, got " + dimensions);
        }
        if (!(epsilon > 0) || Double.isInfinite(epsilon)) {
            throw new IllegalArgumentException("epsilon: expected a positive number, got " + epsilon);
        }
    }

    /** The published settings: K = 18, ε = 0.001. */
    public StyleSubspace() {
        this(18, 1e-3);
    }

    @Override
    public String id() {
        return "style-subspace";
    }

    @Override
    public Decomposer prepare(DMatrixRMaj concepts) {
        Vectors.require(concepts, "concepts");
        RightSingularVectors svd = RightSingularVectors.of(centred(concepts), NormOps_DDRM.normF(concepts));
        if (svd.rank() == 0) {
            throw new IllegalArgumentException(
                    "concepts: expected at least 2 with different directions for method %s, got %d without a difference"
                            .formatted(id(), concepts.numRows));
        }
        int k = Math.min(dimensions, svd.rank());
        DMatrixRMaj basis = new DMatrixRMaj(k, concepts.numCols);
        System.arraycopy(svd.vectors().data, 0, basis.data, 0, basis.data.length);
        double[] scales = new double[k];
        for (int i = 0; i < k; i++) {
            scales[i] = 1 / (svd.values()[i] / Math.sqrt(concepts.numRows - 1) + epsilon);
        }
        DMatrixRMaj coordinates = whitened(concepts, basis, scales);
        return new Prepared(id(), concepts, basis, scales, coordinates, new Nnls(coordinates));
    }

    /** The directions minus their mean. */
    static DMatrixRMaj centred(DMatrixRMaj concepts) {
        double[] mean = Vectors.mean(concepts);
        DMatrixRMaj centred = concepts.copy();
        for (int i = 0; i < centred.getNumElements(); i++) {
            centred.data[i] -= mean[i % mean.length];
        }
        return centred;
    }

    /** The coordinates of Pv in the basis, for each row v: v V_K diag(scales). */
    private static DMatrixRMaj whitened(DMatrixRMaj rows, DMatrixRMaj basis, double[] scales) {
        DMatrixRMaj coordinates = Vectors.products(rows, basis);
        CommonOps_DDRM.multCols(coordinates, scales);
        return coordinates;
    }

    /**
     * @param basis V_Kᵀ, K × d
     * @param scales 1/(std_k + ε)
     * @param coordinates P f_i in the basis, N × K
     * @param nnls over the coordinates
     */
    private record Prepared(
            String id, DMatrixRMaj concepts, DMatrixRMaj basis, double[] scales, DMatrixRMaj coordinates, Nnls nnls)
            implements Decomposer {

        @Override
        public Decomposition decompose(double[] divergence) {
            Vectors.require(divergence, concepts.numCols, "divergence");
            double[] target = whitened(new DMatrixRMaj(1, concepts.numCols, true, divergence), basis, scales).data;
            NnlsSolution solution = nnls.solve(target);
            double[] fit = Vectors.combination(coordinates, solution.weights());
            return new Decomposition(
                    id,
                    Decomposition.Space.STYLE_SUBSPACE,
                    solution.weights(),
                    Decomposition.relativeError(solution.residualNorm(), Vectors.norm(target)),
                    Vectors.normalised(Vectors.combination(basis, fit)),
                    solution.activeSet(),
                    List.of());
        }

        @Override
        public Mixtures mixtures(DMatrixRMaj differences) {
            Vectors.requireColumns(differences, concepts.numCols, "differences");
            return nnls.mixtures(whitened(differences, basis, scales));
        }
    }
}
