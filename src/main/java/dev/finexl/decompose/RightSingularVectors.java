package dev.finexl.decompose;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.QRDecomposition;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;

/**
 * The right singular vectors and singular values of an N × d matrix, up to its numerical rank.
 *
 * <p>Why the right ones alone: N may be ten thousand, and what is asked of the left ones follows from these by one
 * product. A tall matrix is first reduced to the triangular factor of its QR decomposition, which has the same values
 * and right vectors (Chan, "An improved algorithm for computing the singular value decomposition", ACM TOMS 8, 1982).
 *
 * @param vectors the right singular vectors by rows, rank × d
 * @param values the singular values, falling, those that count as zero left out
 */
record RightSingularVectors(DMatrixRMaj vectors, double[] values) {

    /**
     * @param matrix N × d, of finite numbers
     * @param magnitude the norm of what the matrix was computed from by subtraction, or 0: singular values that are
     *     rounding beside it count as zero, even if they are the largest left
     * @throws NoConvergenceException if the decomposition does not converge
     */
    static RightSingularVectors of(DMatrixRMaj matrix, double magnitude) {
        DMatrixRMaj reduced = matrix.numRows > 2 * matrix.numCols ? triangularFactor(matrix) : matrix.copy();
        SingularValueDecomposition_F64<DMatrixRMaj> svd =
                DecompositionFactory_DDRM.svd(reduced.numRows, reduced.numCols, false, true, true);
        if (!svd.decompose(reduced)) {
            throw new NoConvergenceException(
                    "SVD of a %d x %d matrix: did not converge".formatted(matrix.numRows, matrix.numCols));
        }
        double[] all = svd.getSingularValues();
        DMatrixRMaj transposed = svd.getV(null, true);
        int[] order = IntStream.range(0, svd.numberOfSingularValues())
                .boxed()
                .sorted(Comparator.comparingDouble((Integer k) -> all[k]).reversed())
                .mapToInt(Integer::intValue)
                .toArray();
        // The bound of numpy's lstsq and matrix_rank: smaller ones cannot be told from rounding.
        double zero = Math.ulp(1.0) * Math.max(matrix.numRows, matrix.numCols) * Math.max(all[order[0]], magnitude);
        int rank = (int) IntStream.of(order).filter(k -> all[k] > zero).count();
        DMatrixRMaj vectors = new DMatrixRMaj(rank, matrix.numCols);
        double[] values = new double[rank];
        for (int k = 0; k < rank; k++) {
            values[k] = all[order[k]];
            System.arraycopy(
                    transposed.data, order[k] * matrix.numCols, vectors.data, k * matrix.numCols, matrix.numCols);
        }
        return new RightSingularVectors(vectors, values);
    }

    private static DMatrixRMaj triangularFactor(DMatrixRMaj matrix) {
        QRDecomposition<DMatrixRMaj> qr = DecompositionFactory_DDRM.qr(matrix.numRows, matrix.numCols);
        if (!qr.decompose(matrix.copy())) {
            throw new NoConvergenceException(
                    "QR of a %d x %d matrix: failed".formatted(matrix.numRows, matrix.numCols));
        }
        return qr.getR(null, true);
    }

    int rank() {
        return values.length;
    }
}
