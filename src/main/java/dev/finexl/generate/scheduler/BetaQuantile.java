package dev.finexl.generate.scheduler;

/**
 * Quantiles of the beta distribution with both parameters 0.6, which one spacing of noise levels is made of. The distribution is
 * symmetric, so only its lower half is computed, where the series of its incomplete integral converges fast: with x ≤ ½,
 * ∫₀ˣ t^(a−1)·(1 − t)^(a−1) dt = xᵃ · Σₙ (1 − a)ₙ / n! · xⁿ / (a + n) (DLMF 8.17.7).
 */
final class BetaQuantile {

    private static final double PARAMETER = 0.6;
    private static final double HALF = integral(0.5);
    private static final int BISECTIONS = 80;

    private BetaQuantile() {}

    /** @param probability from 0 to 1 */
    static double of(double probability) {
        if (probability > 0.5) {
            return 1 - of(1 - probability);
        }
        double wanted = probability * 2 * HALF;
        // In the variable xᵃ the integral is nearly a straight line, also at 0 where its slope in x is infinite.
        double low = 0;
        double high = Math.pow(0.5, PARAMETER);
        for (int i = 0; i < BISECTIONS; i++) {
            double middle = (low + high) / 2;
            if (integral(Math.pow(middle, 1 / PARAMETER)) < wanted) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return Math.pow((low + high) / 2, 1 / PARAMETER);
    }

    private static double integral(double x) {
        double sum = 0;
        double factor = 1;
        for (int n = 0; factor > 1e-18; n++) {
            sum += factor / (PARAMETER + n);
            factor *= (1 - PARAMETER + n) / (n + 1) * x;
        }
        return Math.pow(x, PARAMETER) * sum;
    }
}
