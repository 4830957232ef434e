package dev.finexl.generate.scheduler;

/**
 * A linear combination of everything a step knows; see {@link Update} for the terms.
 *
 * @param sample the factor of the sample x
 * @param output the factor of the model's output m
 * @param derived the factor of this evaluation's prediction
 * @param kept the factor of the kept sample
 * @param noise the factor of fresh noise
 * @param past the factors of earlier predictions, the latest first
 */
record LinearForm(double sample, double output, double derived, double kept, double noise, double... past) {

    /** The largest number of earlier predictions. */
    static final int MOST_PAST = 3;

    /** The kept sample as it is. */
    static final LinearForm KEPT = ofKept(1);

    LinearForm {
        if (past.length > MOST_PAST) {
            throw new IllegalArgumentException(
                    "%d past predictions, expected at most %d".formatted(past.length, MOST_PAST));
        }
    }

    static LinearForm ofSample(double factor) {
        return new LinearForm(factor, 0, 0, 0, 0);
    }

    static LinearForm ofKept(double factor) {
        return new LinearForm(0, 0, 0, factor, 0);
    }

    static LinearForm ofDerived(double factor) {
        return new LinearForm(0, 0, factor, 0, 0);
    }

    LinearForm plusSample(double factor) {
        return new LinearForm(sample + factor, output, derived, kept, noise, past);
    }

    LinearForm plusOutput(double factor) {
        return new LinearForm(sample, output + factor, derived, kept, noise, past);
    }

    LinearForm plusDerived(double factor) {
        return new LinearForm(sample, output, derived + factor, kept, noise, past);
    }

    LinearForm plusNoise(double factor) {
        return new LinearForm(sample, output, derived, kept, noise + factor, past);
    }

    LinearForm withPast(double... factors) {
        return new LinearForm(sample, output, derived, kept, noise, factors);
    }

    /** The factor of the j-th last earlier prediction. */
    double past(int j) {
        return j < past.length ? past[j] : 0;
    }

    boolean isFinite() {
        double sum = sample + output + derived + kept + noise;
        for (double factor : past) {
            sum += factor;
        }
        return Double.isFinite(sum);
    }
}
