package dev.finexl.decompose;

/**
 * A non-negative least-squares solution.
 *
 * @param weights one for each concept, none negative
 * @param residualNorm |A x − b|
 * @param iterations how many times a concept was made active
 * @param activeSet the concepts with a positive weight, ascending
 */
public record NnlsSolution(double[] weights, double residualNorm, int iterations, int[] activeSet) {}
