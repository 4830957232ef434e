package dev.finexl.generate.scheduler;

/**
 * Something predicted from a sample and the model's output for it, such as the image: sample·x + output·m, kept inside
 * ±limit.
 *
 * @param sample the factor of the sample
 * @param output the factor of the model's output
 * @param limit the largest magnitude, greater than 0; infinity for no limit
 */
record Prediction(double sample, double output, double limit) {

    /** The model's output as it is. */
    static final Prediction OUTPUT = new Prediction(0, 1);

    Prediction(double sample, double output) {
        this(sample, output, Double.POSITIVE_INFINITY);
    }

    Prediction clippedTo(double limit) {
        return new Prediction(sample, output, limit);
    }

    boolean isLimited() {
        return limit < Double.POSITIVE_INFINITY;
    }

    boolean isFinite() {
        return Double.isFinite(sample) && Double.isFinite(output);
    }
}
