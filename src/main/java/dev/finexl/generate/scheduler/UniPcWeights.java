package dev.finexl.generate.scheduler;

/**
 * The weights with which UniPC combines differences of predictions so that the step is exact where the prediction is a
 * polynomial in λ: the solution w of Σⱼ wⱼ·rⱼᵏ = bₖ for k = 0, …, n − 1, with n at most 3.
 *
 * <p>Source: "UniPC", arXiv 2302.04867, section 3.1 and theorem 3.1; b is written as in the authors' code and diffusers.
 */
final class UniPcWeights {

    private UniPcWeights() {}

    /**
     * The right-hand sides bₖ = (k + 1)!·h·φₖ₊₂(h)/B(h), where φ₁(h) = (eʰ − 1)/h and φₙ₊₁(h) = (φₙ(h) − 1/n!)/h.
     *
     * @param h the step in λ, negative for the predicted image; not 0
     * @param b the value of B(h); not 0
     */
    static double[] moments(double h, double b, int count) {
        double[] moments = new double[count];
        double phi = Math.expm1(h) / h - 1;
        double factorial = 1;
        for (int k = 0; k < count; k++) {
            moments[k] = phi * factorial / b;
            factorial *= k + 2;
            phi = phi / h - 1 / factorial;
        }
        return moments;
    }

    /**
     * Solves the system by the method of Björck and Pereyra (Golub and Van Loan, "Matrix Computations", algorithm 4.6.2).
     *
     * @param places the rⱼ, all different
     */
    static double[] solve(double[] places, double[] moments) {
        int n = places.length;
        double[] weights = moments.clone();
        for (int k = 0; k < n - 1; k++) {
            for (int i = n - 1; i > k; i--) {
                weights[i] -= places[k] * weights[i - 1];
            }
        }
        for (int k = n - 2; k >= 0; k--) {
            for (int i = k + 1; i < n; i++) {
                weights[i] /= places[i] - places[i - k - 1];
            }
            for (int i = k; i < n - 1; i++) {
                weights[i] -= weights[i + 1];
            }
        }
        return weights;
    }
}
