package dev.finexl.generate.diffusion;

import dev.finexl.embed.RgbImage;

/** Compares pictures. */
final class Pictures {

    private Pictures() {}

    /** The mean over all channels of the absolute difference, of 255. */
    static double meanDifference(RgbImage a, RgbImage b) {
        if (a.width() != b.width() || a.height() != b.height()) {
            throw new AssertionError("pictures of different sizes");
        }
        long sum = 0;
        for (int i = 0; i < a.rgb().length; i++) {
            sum += Math.abs((a.rgb()[i] & 0xff) - (b.rgb()[i] & 0xff));
        }
        return (double) sum / a.rgb().length;
    }

    /** The largest absolute difference of a channel, of 255. */
    static int largestDifference(RgbImage a, RgbImage b) {
        int most = 0;
        for (int i = 0; i < a.rgb().length; i++) {
            most = Math.max(most, Math.abs((a.rgb()[i] & 0xff) - (b.rgb()[i] & 0xff)));
        }
        return most;
    }
}
