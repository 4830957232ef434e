package dev.finexl.generate.scheduler;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;

/** How the noise levels of a run lie between its largest and its smallest, where the timesteps do not place them. */
enum SigmaSpacing {
    /** As the timesteps place them. */
    OF_TIMESTEPS(""),
    /**
     * Evenly in their seventh root: "Elucidating the Design Space of Diffusion-Based Generative Models", arXiv 2206.00364,
     * equation 5.
     */
    KARRAS("use_karras_sigmas") {
        @Override
        DoubleUnaryOperator curve(double largest, double smallest) {
            double from = Math.pow(largest, 1 / RHO);
            double to = Math.pow(smallest, 1 / RHO);
            return share -> Math.pow(from + share * (to - from), RHO);
        }
    },
    /** Evenly in their logarithm. */
    EXPONENTIAL("use_exponential_sigmas") {
        @Override
        DoubleUnaryOperator curve(double largest, double smallest) {
            double from = Math.log(largest);
            double to = Math.log(smallest);
            return share -> Math.exp(from + share * (to - from));
        }
    },
    /** At even quantiles of a beta distribution, densely at both ends: "Beta Sampling is All You Need", arXiv 2407.12173. */
    BETA("use_beta_sigmas") {
        @Override
        DoubleUnaryOperator curve(double largest, double smallest) {
            return share -> smallest + BetaQuantile.of(1 - share) * (largest - smallest);
        }
    };

    private static final double RHO = 7;

    private final String option;

    SigmaSpacing(String option) {
        this.option = option;
    }

    /**
     * Reads the options of a class that has them all. What was measured under a configuration before there were the other two is
     * found under the same one.
     */
    static SigmaSpacing read(ConfigReader config) {
        boolean karras = config.flag(KARRAS.option, false);
        List<SigmaSpacing> asked = Stream.concat(
                        karras ? Stream.of(KARRAS) : Stream.empty(),
                        Stream.of(EXPONENTIAL, BETA).filter(spacing -> config.isOn(spacing.option)))
                .toList();
        if (asked.size() > 1) {
            throw config.refused(asked.getLast().option, "false, since " + asked.getFirst().option + " is true");
        }
        return asked.isEmpty() ? OF_TIMESTEPS : asked.getFirst();
    }

    /** From 0, at the largest level, to 1, at the smallest. */
    DoubleUnaryOperator curve(double largest, double smallest) {
        throw new UnsupportedOperationException("the timesteps place the levels");
    }

    /**
     * Levels between two ends, falling.
     *
     * @param count 1 or more; a single one is the largest
     */
    double[] between(double largest, double smallest, int count) {
        DoubleUnaryOperator curve = curve(largest, smallest);
        double[] sigmas = new double[count];
        for (int i = 0; i < count; i++) {
            sigmas[i] = curve.applyAsDouble(count == 1 ? 0 : i / (count - 1.0));
        }
        return sigmas;
    }
}
