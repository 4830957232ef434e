package dev.finexl.evaluate;

import dev.finexl.decompose.Decomposer;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.NormOps_DDRM;

/** Cosines of some vectors with the divergence, given each pair's share in it; 0 where a vector is zero. */
final class CosineScores implements Decomposer.Mixtures {

    private final DMatrixRMaj differences;
    private final DMatrixRMaj units;

    /** @param vectors by rows, N × d */
    CosineScores(Evidence evidence, DMatrixRMaj vectors) {
        differences = CommonOps_DDRM.subtract(evidence.personalized(), evidence.base(), null);
        units = vectors.copy();
        for (int row = 0; row < units.numRows; row++) {
            DMatrixRMaj vector = CommonOps_DDRM.extractRow(units, row, null);
            normalise(vector);
            CommonOps_DDRM.insert(vector, units, row, 0);
        }
    }

    @Override
    public double[] weights(double[] shares) {
        DMatrixRMaj divergence = new DMatrixRMaj(differences.numCols, 1);
        CommonOps_DDRM.multTransA(differences, DMatrixRMaj.wrap(shares.length, 1, shares), divergence);
        normalise(divergence);
        DMatrixRMaj cosines = new DMatrixRMaj(units.numRows, 1);
        CommonOps_DDRM.mult(units, divergence, cosines);
        return cosines.data;
    }

    private static void normalise(DMatrixRMaj vector) {
        double norm = NormOps_DDRM.normF(vector);
        if (norm > 0) {
            CommonOps_DDRM.divide(vector, norm);
        }
    }
}
