package dev.finexl.embed;

import java.util.Arrays;
import java.util.Optional;

/** The interpolation filters that CLIP's image processors name, as Pillow defines them. */
enum ResampleFilter {
    /** A triangle. */
    BILINEAR(2, 1) {
        @Override
        double weight(double x) {
            return Math.max(0, 1 - Math.abs(x));
        }
    },
    /** Cubic convolution with a = -1/2, which Keys derived. */
    BICUBIC(3, 2) {
        @Override
        double weight(double distance) {
            double a = -0.5;
            double x = Math.abs(distance);
            if (x < 1) {
                return ((a + 2) * x - (a + 3)) * x * x + 1;
            }
            return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
        }
    };

    private final int pillowId;
    private final double support;

    ResampleFilter(int pillowId, double support) {
        this.pillowId = pillowId;
        this.support = support;
    }

    /** The filter that {@code resample} in a {@code preprocessor_config.json} means. */
    static Optional<ResampleFilter> ofPillow(int id) {
        return Arrays.stream(values()).filter(filter -> filter.pillowId == id).findFirst();
    }

    /** Half the width of the filter when a picture is not made smaller, in pixels. */
    double support() {
        return support;
    }

    /** The filter's value at a distance from its centre, in pixels. */
    abstract double weight(double distance);
}
