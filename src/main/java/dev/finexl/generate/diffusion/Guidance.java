package dev.finexl.generate.diffusion;

/**
 * Classifier-free guidance, {@code u + s (c - u)} (arXiv 2207.12598), and its rescaling, which brings the standard
 * deviation of the guided prediction back towards that of the conditioned one (arXiv 2305.08891, section 3.4).
 *
 * @param scale s
 * @param rescale 0 for none to 1 for all
 */
record Guidance(double scale, double rescale) {

    /**
     * Joins the two predictions of one picture.
     *
     * @param unconditioned of this picture alone
     * @param conditioned becomes the guided prediction; of a batch
     * @param first index of the picture's first number there
     */
    void apply(float[] unconditioned, float[] conditioned, int first) {
        float s = (float) scale;
        int each = unconditioned.length;
        double before = rescale > 0 ? deviation(conditioned, first, each) : 0;
        for (int i = 0; i < each; i++) {
            conditioned[first + i] = unconditioned[i] + s * (conditioned[first + i] - unconditioned[i]);
        }
        if (rescale > 0) {
            double ratio = before / deviation(conditioned, first, each);
            float factor = (float) (rescale * ratio + (1 - rescale));
            for (int i = first; i < first + each; i++) {
                conditioned[i] *= factor;
            }
        }
    }

    private static double deviation(float[] values, int first, int count) {
        double sum = 0;
        for (int i = first; i < first + count; i++) {
            sum += values[i];
        }
        double mean = sum / count;
        double squares = 0;
        for (int i = first; i < first + count; i++) {
            squares += (values[i] - mean) * (values[i] - mean);
        }
        return Math.sqrt(squares / (count - 1));
    }
}
