package dev.finexl.generate.scheduler;

/**
 * How much signal and how much noise a variance-preserving sample α·x₀ + σ·ε holds.
 *
 * @param alpha the factor of the signal, 0..1
 * @param sigma the factor of the noise, 0..1; alpha² + sigma² = 1
 */
record NoiseLevel(double alpha, double sigma) {

    /** The level of a cumulative product ᾱ, 0..1. */
    static NoiseLevel ofAlphaCumprod(double alphaCumprod) {
        return new NoiseLevel(Math.sqrt(alphaCumprod), Math.sqrt(1 - alphaCumprod));
    }

    /** The level of a ratio of noise to signal, the sigma of variance-exploding samples; 0 or more, finite. */
    static NoiseLevel ofRatio(double ratio) {
        double alpha = 1 / Math.sqrt(1 + ratio * ratio);
        return new NoiseLevel(alpha, ratio * alpha);
    }

    /** Noise to signal; infinite where there is no signal. */
    double ratio() {
        return sigma / alpha;
    }
}
