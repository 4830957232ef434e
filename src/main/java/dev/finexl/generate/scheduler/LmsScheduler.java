package dev.finexl.generate.scheduler;

import dev.finexl.generate.scheduler.NoiseSchedule.ZeroSnr;
import java.util.Arrays;
import java.util.SortedMap;

/**
 * A linear multistep method (Adams–Bashforth on uneven steps) of up to fourth order on the probability flow ODE: the slope
 * (x − x₀)/σ is interpolated through its last values and the polynomial is integrated to the next level.
 *
 * <p>Source: k-diffusion's {@code sample_lms}. The integral of Lagrange's polynomials, of degree 3 at most, is exact by
 * Gauss' rule with two points. Equals diffusers' {@code LMSDiscreteScheduler}.
 */
record LmsScheduler(ExplodingSigmas sigmas, PredictionType predictionType, SortedMap<String, Object> config)
        implements Scheduler {

    static final String CLASS = "LMSDiscreteScheduler";

    private static final int MOST_ORDER = 4;
    private static final double GAUSS_POINT = 1 / Math.sqrt(3);

    static LmsScheduler read(ConfigReader config) {
        NoiseSchedule noise = NoiseSchedule.read(config, ZeroSnr.NO_OPTION);
        return new LmsScheduler(
                ExplodingSigmas.spaced(config, noise),
                CommonOptions.predictionType(config, PredictionType.values()),
                config.finish());
    }

    @Override
    public Sampling start(int steps) {
        SigmaSchedule schedule = sigmas.schedule(steps);
        return schedule.sampling(sigmas.initNoiseSigma(schedule), i -> {
            double sigma = schedule.sigma(i);
            Prediction data = predictionType.dataFromExploding(sigma);
            Prediction slope = new Prediction((1 - data.sample()) / sigma, -data.output() / sigma);
            double[] weights = weights(schedule, i, Math.min(i + 1, MOST_ORDER));
            return Update.remembering(
                    schedule.exploding(i),
                    slope,
                    LinearForm.ofSample(1)
                            .plusDerived(weights[0])
                            .withPast(Arrays.copyOfRange(weights, 1, weights.length)));
        });
    }

    /** The factors of the slopes at steps i, i − 1, …, i − order + 1. */
    private static double[] weights(SigmaSchedule schedule, int i, int order) {
        double middle = (schedule.sigma(i + 1) + schedule.sigma(i)) / 2;
        double half = (schedule.sigma(i + 1) - schedule.sigma(i)) / 2;
        double[] weights = new double[order];
        for (int k = 0; k < order; k++) {
            weights[k] = half
                    * (lagrange(schedule, i, order, k, middle - half * GAUSS_POINT)
                            + lagrange(schedule, i, order, k, middle + half * GAUSS_POINT));
        }
        return weights;
    }

    private static double lagrange(SigmaSchedule schedule, int i, int order, int k, double at) {
        double product = 1;
        for (int j = 0; j < order; j++) {
            if (j != k) {
                product *= (at - schedule.sigma(i - j)) / (schedule.sigma(i - k) - schedule.sigma(i - j));
            }
        }
        return product;
    }
}
