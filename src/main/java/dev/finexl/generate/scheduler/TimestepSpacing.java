package dev.finexl.generate.scheduler;

import java.util.Arrays;

/**
 * Which training timesteps a run visits: table 2 of "Common Diffusion Noise Schedules and Sample Steps are Flawed", arXiv
 * 2305.08891. Computed in the order of NumPy's operations, because a timestep that lies halfway between two whole numbers
 * is rounded by its last bit.
 */
enum TimestepSpacing {
    /** Evenly from the first to the last timestep, both included. */
    LINSPACE {
        @Override
        double[] timesteps(int trained, int steps, int offset) {
            return reversed(linspace(trained - 1, steps));
        }

        @Override
        double[] timestepsAboveEnd(int trained, int last, int steps, int offset) {
            double[] points = reversed(linspace(last - 1, steps + 1));
            return Arrays.stream(points).limit(steps).map(Math::rint).toArray();
        }
    },
    /** Multiples of a whole number, plus an offset. Does not reach the last timestep. */
    LEADING {
        @Override
        double[] timesteps(int trained, int steps, int offset) {
            return multiples(trained / steps, steps - 1, steps, offset);
        }

        @Override
        double[] timestepsAboveEnd(int trained, int last, int steps, int offset) {
            return multiples(last / (steps + 1), steps, steps, offset);
        }

        private double[] multiples(int ratio, int highest, int count, int offset) {
            double[] timesteps = new double[count];
            for (int i = 0; i < count; i++) {
                timesteps[i] = (double) (highest - i) * ratio + offset;
            }
            return timesteps;
        }
    },
    /** Counted down from the last timestep. Does not reach the first timestep. */
    TRAILING {
        @Override
        double[] timesteps(int trained, int steps, int offset) {
            return countedDown(trained, (double) trained / steps, steps);
        }

        @Override
        double[] timestepsAboveEnd(int trained, int last, int steps, int offset) {
            double ratio = (double) trained / steps;
            int count = last == trained ? steps : (int) Math.ceil(last / ratio);
            return countedDown(last, ratio, count);
        }

        private double[] countedDown(int from, double ratio, int count) {
            // numpy.arange multiplies the difference of its first two values, not the step it was given.
            double difference = (from - ratio) - from;
            double[] timesteps = new double[count];
            for (int i = 0; i < count; i++) {
                timesteps[i] = Math.rint(from + i * difference) - 1;
            }
            return timesteps;
        }
    };

    /**
     * The timesteps of a run, falling; with LINSPACE they may lie between whole numbers.
     *
     * @param trained the number of training timesteps
     * @param steps from 1 to {@code trained}
     * @param offset added to each timestep with LEADING
     */
    abstract double[] timesteps(int trained, int steps, int offset);

    /**
     * The timesteps of a run that goes on to a noise level of its own after the last of them, so that with LINSPACE and
     * LEADING the lowest point is left out. Whole numbers, falling.
     *
     * @param last the number of training timesteps that may be visited, at most {@code trained}; with TRAILING fewer steps
     *     are made if it is smaller
     */
    abstract double[] timestepsAboveEnd(int trained, int last, int steps, int offset);

    private static double[] linspace(int end, int count) {
        double[] values = new double[count];
        if (count > 1) {
            double step = (double) end / (count - 1);
            for (int i = 1; i < count - 1; i++) {
                values[i] = i * step;
            }
            values[count - 1] = end;
        }
        return values;
    }

    private static double[] reversed(double[] values) {
        double[] reversed = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            reversed[i] = values[values.length - 1 - i];
        }
        return reversed;
    }
}
