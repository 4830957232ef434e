package dev.finexl.embed;

/**
 * A colour in CIELAB (CIE 15:2004): distances in it are about as large as they look, which they are not in the numbers of
 * a picture file. From sRGB (IEC 61966-2-1) with its own white, D65. Reused from pixel to pixel.
 */
final class CieLab {

    private static final double[] LINEAR = new double[256];
    private static final double WHITE_X = 0.95047;
    private static final double WHITE_Z = 1.08883;
    private static final double KNEE = 6.0 / 29;

    static {
        for (int i = 0; i < LINEAR.length; i++) {
            double value = i / 255.0;
            LINEAR[i] = value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
        }
    }

    private double lightness;
    private double a;
    private double b;

    /** Takes a colour of 8 bits each, 0 to 255. */
    void set(int red, int green, int blue) {
        double r = LINEAR[red];
        double g = LINEAR[green];
        double bl = LINEAR[blue];
        double x = compressed((0.4124564 * r + 0.3575761 * g + 0.1804375 * bl) / WHITE_X);
        double y = compressed(0.2126729 * r + 0.7151522 * g + 0.0721750 * bl);
        double z = compressed((0.0193339 * r + 0.1191920 * g + 0.9503041 * bl) / WHITE_Z);
        lightness = 116 * y - 16;
        a = 500 * (x - y);
        b = 200 * (y - z);
    }

    private static double compressed(double t) {
        return t > KNEE * KNEE * KNEE ? Math.cbrt(t) : t / (3 * KNEE * KNEE) + 4.0 / 29;
    }

    /** L*, 0 for black to 100 for white. */
    double lightness() {
        return lightness;
    }

    /** a*, from green (negative) to red. */
    double a() {
        return a;
    }

    /** b*, from blue (negative) to yellow. */
    double b() {
        return b;
    }
}
