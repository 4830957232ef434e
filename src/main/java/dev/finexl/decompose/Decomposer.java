package dev.finexl.decompose;

import org.ejml.data.DMatrixRMaj;

/**
 * A method made ready for one matrix of concept directions: what depends on the concepts alone is computed once.
 *
 * <p>Safe for use by several threads.
 */
public interface Decomposer {

    /** The concept directions F that it was prepared for, N × d. Not a copy, must not be changed. */
    DMatrixRMaj concepts();

    /**
     * Decomposes a divergence.
     *
     * @param divergence V, of length d; zero gives all-zero weights and relative error 0
     * @throws IllegalArgumentException if its length is not d or a number is not finite
     * @throws NoConvergenceException if an iterative solver reaches its bound
     */
    Decomposition decompose(double[] divergence);

    /**
     * Makes ready for many divergences that are mixtures of the same paired differences, as bootstrap replicates are.
     *
     * @param differences d_j by rows, n × d; not copied, must not change
     * @throws IllegalArgumentException if the rows are not of length d or a number is not finite
     */
    default Mixtures mixtures(DMatrixRMaj differences) {
        Vectors.requireColumns(differences, concepts().numCols, "differences");
        return coefficients ->
                decompose(Vectors.combination(differences, coefficients)).weights();
    }

    /** Decomposes mixtures Σ_j c_j d_j of fixed differences. */
    @FunctionalInterface
    interface Mixtures {

        /**
         * The weights of the mixture's decomposition, one for each concept.
         *
         * @param coefficients c, of length n
         * @throws IllegalArgumentException if the length is not n or a number is not finite
         * @throws NoConvergenceException if an iterative solver reaches its bound
         */
        double[] weights(double[] coefficients);
    }
}
