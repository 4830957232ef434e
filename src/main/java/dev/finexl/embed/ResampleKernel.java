package dev.finexl.embed;

/**
 * Which input samples make each output sample along one axis, and with what weights: the first half of Pillow's
 * {@code Resample.c} ({@code precompute_coeffs} and {@code normalize_coeffs_8bpc}), with the same order of operations and
 * the same rounding, since one level of difference in a picture is a difference in its embedding.
 *
 * <p>When a picture is made smaller the filter is stretched by the same factor, so that every input sample counts
 * (antialiasing). Weights are fixed-point numbers of {@link #PRECISION_BITS} fraction bits that sum to one.
 *
 * @param first index of the first input sample for each output sample
 * @param count number of input samples for each output sample
 * @param weights of all output samples, {@code stride} apart
 * @param stride the room for the weights of one output sample
 */
record ResampleKernel(int[] first, int[] count, int[] weights, int stride) {

    static final int PRECISION_BITS = 32 - 8 - 2;

    /**
     * @param in samples before
     * @param out samples after
     * @param from first of the output samples that are wanted
     * @param wanted how many of them
     */
    static ResampleKernel of(ResampleFilter filter, int in, int out, int from, int wanted) {
        double scale = (double) in / out;
        double stretch = Math.max(scale, 1);
        double support = filter.support() * stretch;
        int stride = (int) Math.ceil(support) * 2 + 1;
        int[] first = new int[wanted];
        int[] count = new int[wanted];
        int[] weights = new int[wanted * stride];
        double[] exact = new double[stride];
        for (int i = 0; i < wanted; i++) {
            double center = (from + i + 0.5) * scale;
            int start = Math.max((int) (center - support + 0.5), 0);
            int length = Math.min((int) (center + support + 0.5), in) - start;
            double inverse = 1 / stretch;
            double sum = 0;
            for (int k = 0; k < length; k++) {
                exact[k] = filter.weight((k + start - center + 0.5) * inverse);
                sum += exact[k];
            }
            for (int k = 0; k < length; k++) {
                weights[i * stride + k] = fixed(sum == 0 ? exact[k] : exact[k] / sum);
            }
            first[i] = start;
            count[i] = length;
        }
        return new ResampleKernel(first, count, weights, stride);
    }

    private static int fixed(double weight) {
        return (int) (weight * (1 << PRECISION_BITS) + (weight < 0 ? -0.5 : 0.5));
    }

    /** The first input sample that is needed at all. */
    int start() {
        return first[0];
    }

    /** The input sample behind the last one that is needed. */
    int end() {
        int last = first.length - 1;
        return first[last] + count[last];
    }

    /** How many output samples there are. */
    int size() {
        return first.length;
    }
}
