package dev.finexl.embed;

import java.util.Arrays;

/**
 * Resizes pictures of one size to another exactly as Pillow's {@code Image.resize} does (the second half of its
 * {@code Resample.c}): rows first, then columns, each pass in 32-bit fixed point, rounded and clipped to 8 bits in
 * between.
 *
 * <p>Of the resized picture only a window is computed. The pixels around it have no influence on it, so this is the same
 * as cropping afterwards, but a picture of extreme shape, whose resized form would be huge, costs no more than another.
 * Immutable and thread-safe.
 */
final class Resampler {

    private static final int PRECISION_BITS = ResampleKernel.PRECISION_BITS;
    private static final int HALF = 1 << PRECISION_BITS - 1;

    private final int width;
    private final int height;
    private final ResampleKernel rows;
    private final ResampleKernel columns;

    private Resampler(int width, int height, ResampleKernel rows, ResampleKernel columns) {
        this.width = width;
        this.height = height;
        this.rows = rows;
        this.columns = columns;
    }

    /**
     * @param from the size of the pictures
     * @param to the size they get
     * @param window the part of the resized picture that is wanted, within it
     */
    static Resampler of(ResampleFilter filter, Size from, Size to, Window window) {
        return new Resampler(
                from.width(),
                from.height(),
                ResampleKernel.of(filter, from.width(), to.width(), window.left(), window.width()),
                ResampleKernel.of(filter, from.height(), to.height(), window.top(), window.height()));
    }

    /** Resizes a whole picture. */
    static RgbImage resize(RgbImage image, ResampleFilter filter, Size to) {
        return of(filter, Size.of(image), to, new Window(0, 0, to.width(), to.height()))
                .apply(image);
    }

    /** Whether this was made for pictures of the given picture's size. */
    boolean fits(RgbImage image) {
        return image.width() == width && image.height() == height;
    }

    /** The window of the resized picture. */
    RgbImage apply(RgbImage image) {
        if (!fits(image)) {
            throw new IllegalArgumentException("the picture has %d × %d pixels, expected %d × %d"
                    .formatted(image.width(), image.height(), width, height));
        }
        byte[] between = resampleRows(image.rgb());
        return new RgbImage(rows.size(), columns.size(), resampleColumns(between));
    }

    private byte[] resampleRows(byte[] rgb) {
        int top = columns.start();
        int height = columns.end() - top;
        byte[] result = new byte[3 * rows.size() * height];
        int target = 0;
        for (int y = 0; y < height; y++) {
            int line = 3 * width * (top + y);
            for (int x = 0; x < rows.size(); x++) {
                int source = line + 3 * rows.first()[x];
                int weight = x * rows.stride();
                int red = HALF;
                int green = HALF;
                int blue = HALF;
                for (int k = rows.count()[x]; k > 0; k--) {
                    int w = rows.weights()[weight++];
                    red += w * (rgb[source++] & 0xFF);
                    green += w * (rgb[source++] & 0xFF);
                    blue += w * (rgb[source++] & 0xFF);
                }
                result[target++] = clip(red);
                result[target++] = clip(green);
                result[target++] = clip(blue);
            }
        }
        return result;
    }

    private byte[] resampleColumns(byte[] between) {
        int line = 3 * rows.size();
        byte[] result = new byte[line * columns.size()];
        int[] sums = new int[line];
        int target = 0;
        for (int y = 0; y < columns.size(); y++) {
            Arrays.fill(sums, HALF);
            int source = line * (columns.first()[y] - columns.start());
            int weight = y * columns.stride();
            for (int k = columns.count()[y]; k > 0; k--) {
                int w = columns.weights()[weight++];
                for (int i = 0; i < line; i++) {
                    sums[i] += w * (between[source++] & 0xFF);
                }
            }
            for (int i = 0; i < line; i++) {
                result[target++] = clip(sums[i]);
            }
        }
        return result;
    }

    private static byte clip(int sum) {
        return (byte) Math.clamp(sum >> PRECISION_BITS, 0, 255);
    }
}
