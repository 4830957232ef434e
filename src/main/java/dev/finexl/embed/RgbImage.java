package dev.finexl.embed;

import java.util.Arrays;

/**
 * A picture of 8 bits for each of red, green and blue.
 *
 * @param width in pixels, 1 or more
 * @param height in pixels, 1 or more
 * @param rgb the samples, interleaved, row by row from the top: {@code [height, width, 3]}. The array is not copied and
 *     must not be changed
 */
public record RgbImage(int width, int height, byte[] rgb) {

    public RgbImage {
        if (width < 1 || height < 1 || rgb.length != 3L * width * height) {
            throw new IllegalArgumentException(
                    "a picture of %d × %d pixels cannot have %d samples".formatted(width, height, rgb.length));
        }
    }

    /**
     * The picture with neither side longer than {@code side} pixels, in its own proportions; itself if it is that small.
     */
    public RgbImage within(int side) {
        int longest = Math.max(width, height);
        if (longest <= side) {
            return this;
        }
        double scale = (double) side / longest;
        Size size =
                new Size((int) Math.max(1, Math.round(width * scale)), (int) Math.max(1, Math.round(height * scale)));
        return Resampler.resize(this, ResampleFilter.BICUBIC, size);
    }

    /** Copies the picture into a larger one that is being made, {@code stride} pixels wide. */
    void copyTo(byte[] target, int stride, int left, int top) {
        for (int y = 0; y < height; y++) {
            System.arraycopy(rgb, 3 * y * width, target, 3 * ((top + y) * stride + left), 3 * width);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RgbImage that
                && width == that.width
                && height == that.height
                && Arrays.equals(rgb, that.rgb);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * width + height) + Arrays.hashCode(rgb);
    }

    @Override
    public String toString() {
        return "RgbImage[%d × %d]".formatted(width, height);
    }
}
