package dev.finexl.generate.scheduler;

import java.util.List;

/**
 * The noise levels a model was trained on: ᾱ for each training timestep, from nearly 1 to nearly 0. In float32, for the
 * reason given at {@link BetaSchedule}.
 */
final class NoiseSchedule {

    private static final int MOST_TIMESTEPS = 100_000;

    /** The least β that float32 can tell from none in 1 − β, and the most that leaves some signal. */
    private static final double LEAST_BETA = 1e-7;

    private static final double MOST_BETA = 0.9999;
    private static final float SMALLEST_ALPHA_CUMPROD = 0x1p-24f;

    private final BetaSchedule betaSchedule;
    private final float[] alphasCumprod;
    private final float[] sigmas;
    private final float[] logSigmas;

    private NoiseSchedule(BetaSchedule betaSchedule, float[] alphasCumprod) {
        this.betaSchedule = betaSchedule;
        this.alphasCumprod = alphasCumprod;
        this.sigmas = new float[alphasCumprod.length];
        this.logSigmas = new float[alphasCumprod.length];
        for (int t = 0; t < sigmas.length; t++) {
            sigmas[t] = (float) Math.sqrt((1 - alphasCumprod[t]) / alphasCumprod[t]);
            logSigmas[t] = (float) Math.log(sigmas[t]);
        }
    }

    /** What the diffusers classes differ in when they read a noise schedule. */
    enum ZeroSnr {
        /** The class has no option {@code rescale_betas_zero_snr}. */
        NO_OPTION,
        /** The last ᾱ becomes 0. */
        EXACT,
        /** The last ᾱ becomes 2⁻²⁴, so that its sigma is finite. */
        NEARLY
    }

    /** Reads the options that determine the noise levels, with the defaults that most classes have. */
    static NoiseSchedule read(ConfigReader config, ZeroSnr zeroSnr) {
        return read(config, zeroSnr, 0.0001, 0.02, BetaSchedule.LINEAR);
    }

    static NoiseSchedule read(
            ConfigReader config, ZeroSnr zeroSnr, double betaStart, double betaEnd, BetaSchedule betaSchedule) {
        int count = config.integer("num_train_timesteps", 1000, 2, MOST_TIMESTEPS);
        double first = config.number("beta_start", betaStart, LEAST_BETA, MOST_BETA);
        double last = config.number("beta_end", betaEnd, LEAST_BETA, MOST_BETA);
        BetaSchedule schedule = config.choice("beta_schedule", betaSchedule, List.of(BetaSchedule.values()));
        float[] betas = config.numbers("trained_betas", count, LEAST_BETA, MOST_BETA);
        if (betas == null) {
            betas = schedule.betas(first, last, count);
        }
        float[] alphasCumprod = alphasCumprod(betas);
        if (zeroSnr != ZeroSnr.NO_OPTION && config.flag("rescale_betas_zero_snr", false)) {
            alphasCumprod = alphasCumprod(rescaledToZeroSnr(alphasCumprod));
            if (zeroSnr == ZeroSnr.NEARLY) {
                alphasCumprod[count - 1] = SMALLEST_ALPHA_CUMPROD;
            }
        }
        return new NoiseSchedule(schedule, alphasCumprod);
    }

    /** The number of training timesteps. */
    int timesteps() {
        return alphasCumprod.length;
    }

    /** The name under which β was configured, which some classes look at. */
    BetaSchedule betaSchedule() {
        return betaSchedule;
    }

    /** ᾱ of a training timestep. */
    double alphaCumprod(int timestep) {
        requireInside(timestep);
        return alphasCumprod[timestep];
    }

    /** ᾱ of a training timestep, or of the end of a run if it is negative: 1, or that of the first timestep. */
    double alphaCumprodOrEnd(int timestep, boolean endsAtOne) {
        if (timestep >= 0) {
            return alphaCumprod(timestep);
        }
        return endsAtOne ? 1 : alphasCumprod[0];
    }

    /** How many training timesteps, from the first one on, have λ at or above the given bound. */
    int timestepsAboveLambda(double least) {
        int count = 0;
        while (count < logSigmas.length && -logSigmas[count] >= least) {
            count++;
        }
        return count;
    }

    /** The ratio of noise to signal at a time between training timesteps, on straight lines between them. */
    double sigma(double timestep) {
        requireInside(timestep);
        int below = Math.min((int) timestep, timesteps() - 2);
        double slope = (double) sigmas[below + 1] - sigmas[below];
        return slope * (timestep - below) + sigmas[below];
    }

    /** The time at which the ratio of noise to signal is the given one, on straight lines between the logarithms. */
    double timestepOf(double sigma) {
        double logarithm = Math.log(Math.max(sigma, 1e-10));
        int low = 0;
        int high = timesteps() - 1;
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (logSigmas[middle] <= logarithm) {
                low = middle;
            } else {
                high = middle;
            }
        }
        double share = (logSigmas[low] - logarithm) / ((double) logSigmas[low] - logSigmas[high]);
        return low + Math.clamp(share, 0, 1);
    }

    private void requireInside(double timestep) {
        if (!(timestep >= 0 && timestep <= timesteps() - 1)) {
            throw new SchedulerException(
                    "the run would visit timestep %s, but the model was trained on 0 to %d: steps_offset is too large for this number of steps"
                            .formatted(timestep, timesteps() - 1));
        }
    }

    private static float[] alphasCumprod(float[] betas) {
        float[] products = new float[betas.length];
        double product = 1;
        for (int t = 0; t < betas.length; t++) {
            product *= 1 - betas[t];
            products[t] = (float) product;
        }
        return products;
    }

    /**
     * Shifts and stretches √ᾱ so that the last one is 0 and the first one stays: "Common Diffusion Noise Schedules and
     * Sample Steps are Flawed", arXiv 2305.08891, algorithm 1.
     */
    private static float[] rescaledToZeroSnr(float[] alphasCumprod) {
        int count = alphasCumprod.length;
        float[] roots = new float[count];
        for (int t = 0; t < count; t++) {
            roots[t] = (float) Math.sqrt(alphasCumprod[t]);
        }
        float first = roots[0];
        float last = roots[count - 1];
        float scale = first / (first - last);
        float[] betas = new float[count];
        float before = 1;
        for (int t = 0; t < count; t++) {
            float root = (roots[t] - last) * scale;
            float product = root * root;
            betas[t] = 1 - product / before;
            before = product;
        }
        return betas;
    }
}
