package dev.finexl.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.ejml.data.DMatrixRMaj;

/** The Karush–Kuhn–Tucker conditions, which a non-negative least-squares solution meets and nothing else does. */
final class Kkt {

    private static final double TOLERANCE = 1e-10;

    /** Large weights that cancel leave more rounding in the residual. */
    private static final double ROUNDING = 1e-13;

    private Kkt() {}

    static void assertOptimal(DMatrixRMaj concepts, double[] target, double[] weights) {
        double[] residual = target.clone();
        double magnitude = Vectors.dot(Vectors.norms(concepts), 0, weights);
        Vectors.add(Vectors.combination(concepts, weights), 0, -1, residual);
        for (int i = 0; i < weights.length; i++) {
            double[] concept = Vectors.row(concepts, i);
            double gradient = Vectors.dot(concept, 0, residual);
            double zero = (TOLERANCE * Vectors.norm(target) + ROUNDING * magnitude) * Vectors.norm(concept);
            assertThat(weights[i]).as("weight of concept %d", i).isNotNegative();
            assertThat(gradient).as("gradient of concept %d", i).isLessThanOrEqualTo(zero);
            if (weights[i] > 0) {
                assertThat(gradient).as("gradient of active concept %d", i).isCloseTo(0, within(zero));
            }
        }
    }
}
