package dev.finexl.embed;

import java.util.Arrays;

/**
 * What can be measured on the pixels of a picture and an image encoder hardly sees. CLIP was trained to agree with
 * captions, which seldom speak of grain, of sharpness or of the direction of strokes; a difference of embeddings therefore
 * holds little of them. These {@value #COUNT} numbers hold just that. Each is one where a change of rendering adds about the
 * same to every picture: logarithms of energies rather than energies.
 *
 * <ul>
 *   <li>0&ndash;3, means, and 4&ndash;7, standard deviations, of lightness L*, a*, b* (CIELAB, CIE 15:2004, of sRGB, IEC
 *       61966-2-1, with the white D65) and of chroma C* = &radic;(a*&#178; + b*&#178;): lightness, contrast, colour
 *       temperature and colourfulness
 *   <li>8, 9: L* and C* in the middle less those in the corners
 *   <li>10, 11: how much more the lightness varies from row to row than from column to column, and along one diagonal than
 *       along the other, as the logarithm of the ratio of mean squares: strokes, hatching, scan lines
 *   <li>12&ndash;14: logarithms of the median, the 90th and the 98th percentile of the gradient of L* (Sobel and Feldman's
 *       3 &times; 3 operator, per pixel): flat areas, edges, outlines
 *   <li>15&ndash;32: for three octaves, the finest first, and for details along the diagonal, from left to right and from top to
 *       bottom, logarithms of the root mean square and of the median magnitude of the Haar wavelet coefficients of L*. What
 *       is everywhere (grain: the median is Donoho and Johnstone's estimate of noise, "Ideal spatial adaptation by wavelet
 *       shrinkage", Biometrika 81, 1994) moves both, what is at edges (blur, blocks) only the first
 * </ul>
 *
 * <p>Tried besides and left out, since they found no more on mixtures of LoRAs: percentiles of L*, grain of a* and b*, a
 * fourth octave, differences of Gaussians, the picture itself at 4 &times; 4, 8 &times; 8 and 16 &times; 16 pixels.
 */
public final class PictureStatistics {

    /** How many numbers there are. */
    public static final int COUNT = 33;

    /** Changes whenever a number of some picture does: whoever keeps the numbers keeps them under this. */
    public static final String VERSION = "picture-statistics-1";

    /** Larger pictures are reduced first, which bounds memory and time. */
    private static final int LONGEST_SIDE = 1024;

    private static final int OCTAVES = 3;
    /** In units of L*, far below what can be seen: keeps logarithms of nothing finite. */
    private static final double FLOOR = 0.1;
    /** The same for mean squares. */
    private static final double SQUARE_FLOOR = 1;
    /** Distances from the middle, half a side being 1: the middle ends here, the corners begin there. */
    private static final double MIDDLE = 0.6;

    private static final double CORNERS = 1.05;

    private final Plane lightness;
    private final Plane a;
    private final Plane b;
    private final Plane chroma;
    private final float[] numbers = new float[COUNT];
    private int filled;

    private PictureStatistics(RgbImage image) {
        int width = image.width();
        int height = image.height();
        lightness = new Plane(width, height, new float[width * height]);
        a = new Plane(width, height, new float[width * height]);
        b = new Plane(width, height, new float[width * height]);
        chroma = new Plane(width, height, new float[width * height]);
        CieLab lab = new CieLab();
        for (int i = 0; i < width * height; i++) {
            lab.set(image.rgb()[3 * i] & 255, image.rgb()[3 * i + 1] & 255, image.rgb()[3 * i + 2] & 255);
            lightness.values()[i] = (float) lab.lightness();
            a.values()[i] = (float) lab.a();
            b.values()[i] = (float) lab.b();
            chroma.values()[i] = (float) length(lab.a(), lab.b());
        }
    }

    /**
     * Measures a picture.
     *
     * @return {@value #COUNT} finite numbers in the order above, the first ten in units of CIELAB, the others logarithms
     */
    public static float[] of(RgbImage image) {
        return new PictureStatistics(image.within(LONGEST_SIDE)).measure();
    }

    private float[] measure() {
        Plane[] planes = {lightness, a, b, chroma};
        for (Plane plane : planes) {
            add(plane.mean());
        }
        for (Plane plane : planes) {
            add(Math.sqrt(plane.variance()));
        }
        add(middleOverCorners(lightness));
        add(middleOverCorners(chroma));
        gradients();
        Plane octave = lightness;
        for (int i = 0; i < OCTAVES; i++) {
            // The signs of top right, bottom left and bottom right; the top left counts positive.
            details(octave.haar(-1, -1, 1));
            details(octave.haar(-1, 1, -1));
            details(octave.haar(1, -1, -1));
            octave = octave.halved();
        }
        return numbers;
    }

    private void add(double number) {
        numbers[filled++] = (float) number;
    }

    private static double middleOverCorners(Plane plane) {
        double[] sums = new double[2];
        int[] counts = new int[2];
        for (int y = 0; y < plane.height(); y++) {
            for (int x = 0; x < plane.width(); x++) {
                double distance = length((2 * x + 1.0) / plane.width() - 1, (2 * y + 1.0) / plane.height() - 1);
                if (distance < MIDDLE || distance > CORNERS) {
                    int part = distance < MIDDLE ? 0 : 1;
                    sums[part] += plane.at(x, y);
                    counts[part]++;
                }
            }
        }
        return counts[0] == 0 || counts[1] == 0 ? 0 : sums[0] / counts[0] - sums[1] / counts[1];
    }

    private void gradients() {
        Plane l = lightness;
        float[] lengths = new float[l.values().length];
        double across = 0;
        double down = 0;
        double falling = 0;
        double rising = 0;
        for (int y = 0; y < l.height(); y++) {
            for (int x = 0; x < l.width(); x++) {
                double topLeft = l.near(x - 1, y - 1);
                double topRight = l.near(x + 1, y - 1);
                double bottomLeft = l.near(x - 1, y + 1);
                double bottomRight = l.near(x + 1, y + 1);
                double dx =
                        (topRight - topLeft + 2 * (l.near(x + 1, y) - l.near(x - 1, y)) + bottomRight - bottomLeft) / 8;
                double dy =
                        (bottomLeft - topLeft + 2 * (l.near(x, y + 1) - l.near(x, y - 1)) + bottomRight - topRight) / 8;
                lengths[y * l.width() + x] = (float) length(dx, dy);
                across += dx * dx;
                down += dy * dy;
                if (x > 0 && y > 0) {
                    falling += square(l.at(x, y) - l.at(x - 1, y - 1));
                    rising += square(l.at(x - 1, y) - l.at(x, y - 1));
                }
            }
        }
        int pixels = lengths.length;
        int steps = Math.max(1, (l.width() - 1) * (l.height() - 1));
        add(logRatio(down / pixels, across / pixels));
        add(logRatio(rising / steps, falling / steps));
        Arrays.sort(lengths);
        for (double share : new double[] {0.5, 0.9, 0.98}) {
            add(Math.log(FLOOR + quantile(lengths, share)));
        }
    }

    private static double square(double x) {
        return x * x;
    }

    /** As {@link Math#hypot}, which guards against squares that overflow and takes its time for that: here none does. */
    private static double length(double x, double y) {
        return Math.sqrt(x * x + y * y);
    }

    private static double logRatio(double above, double below) {
        return Math.log(above + SQUARE_FLOOR) - Math.log(below + SQUARE_FLOOR);
    }

    private void details(float[] coefficients) {
        double squares = 0;
        for (int i = 0; i < coefficients.length; i++) {
            squares += (double) coefficients[i] * coefficients[i];
            coefficients[i] = Math.abs(coefficients[i]);
        }
        Arrays.sort(coefficients);
        add(Math.log(FLOOR + Math.sqrt(squares / Math.max(1, coefficients.length))));
        add(Math.log(FLOOR + quantile(coefficients, 0.5)));
    }

    /** By linear interpolation between order statistics, as numpy does; 0 of none. */
    private static double quantile(float[] sorted, double share) {
        if (sorted.length == 0) {
            return 0;
        }
        double position = share * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * ((double) sorted[above] - sorted[below]);
    }

    /** One number for each pixel, row by row. */
    private record Plane(int width, int height, float[] values) {

        double at(int x, int y) {
            return values[y * width + x];
        }

        /** The same, with the edge going on beyond the edge. */
        double near(int x, int y) {
            return at(Math.clamp(x, 0, width - 1), Math.clamp(y, 0, height - 1));
        }

        double mean() {
            double sum = 0;
            for (float value : values) {
                sum += value;
            }
            return sum / values.length;
        }

        double variance() {
            double mean = mean();
            double squares = 0;
            for (float value : values) {
                squares += square(value - mean);
            }
            return squares / values.length;
        }

        /**
         * Haar coefficients of blocks of 2 &times; 2 pixels; an odd last row or column takes no part.
         *
         * @param topRight sign of that pixel, as the others are
         */
        float[] haar(int topRight, int bottomLeft, int bottomRight) {
            int columns = width / 2;
            float[] coefficients = new float[columns * (height / 2)];
            for (int i = 0; i < coefficients.length; i++) {
                int x = 2 * (i % columns);
                int y = 2 * (i / columns);
                coefficients[i] = (float) ((at(x, y)
                                + topRight * at(x + 1, y)
                                + bottomLeft * at(x, y + 1)
                                + bottomRight * at(x + 1, y + 1))
                        / 2);
            }
            return coefficients;
        }

        /** The means of the same blocks. */
        Plane halved() {
            float[] means = haar(1, 1, 1);
            for (int i = 0; i < means.length; i++) {
                means[i] /= 2;
            }
            return new Plane(width / 2, height / 2, means);
        }
    }
}
