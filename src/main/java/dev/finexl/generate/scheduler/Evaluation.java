package dev.finexl.generate.scheduler;

/**
 * What the denoiser is asked: the input of one evaluation, apart from the data.
 *
 * @param timestep what the denoiser is told of the noise level
 * @param sigma the noise level of what it sees: the ratio of noise to signal, or the share of noise in flow matching
 * @param inputScale by which the sample is multiplied before the denoiser sees it
 */
record Evaluation(double timestep, double sigma, double inputScale) {

    /** An evaluation of a sample that the denoiser sees as it is. */
    static Evaluation unscaled(double timestep, double sigma) {
        return new Evaluation(timestep, sigma, 1);
    }

    /** An evaluation of a variance-exploding sample, which the denoiser sees scaled so that variance is preserved. */
    static Evaluation scaledDown(double timestep, double sigma) {
        return new Evaluation(timestep, sigma, NoiseLevel.ofRatio(sigma).alpha());
    }

    boolean isFinite() {
        return Double.isFinite(timestep) && Double.isFinite(inputScale);
    }
}
