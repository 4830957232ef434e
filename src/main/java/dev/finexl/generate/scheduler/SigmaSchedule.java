package dev.finexl.generate.scheduler;

import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The noise levels of a run as ratios of noise to signal, with what the denoiser is told of them. In float32, as diffusers
 * holds them.
 *
 * @param timesteps one for each step
 * @param sigmas strictly falling, one for each step; and one more, not larger, at which the run ends
 */
record SigmaSchedule(double[] timesteps, double[] sigmas) {

    private static final double ROUNDING = 1 + 1e-6;

    /**
     * @throws SchedulerException if the sigmas do not fall, as when there are more steps than distinct timesteps
     */
    static SigmaSchedule of(double[] timesteps, double[] sigmas, double finalSigma) {
        int steps = sigmas.length;
        double[] all = new double[steps + 1];
        for (int i = 0; i < steps; i++) {
            all[i] = (float) sigmas[i];
            if (!(all[i] > 0) || i > 0 && !(all[i] < all[i - 1])) {
                throw new SchedulerException(
                        "the noise level does not fall at step %d of %d (sigma %s): too many steps for this schedule, or its ends are wrong"
                                .formatted(i, steps, all[i]));
            }
        }
        all[steps] = (float) finalSigma;
        if (all[steps] > all[steps - 1] * ROUNDING) {
            throw new SchedulerException(
                    "the run would end at sigma %s, above its last step's %s".formatted(all[steps], all[steps - 1]));
        }
        return new SigmaSchedule(timesteps, all);
    }

    /**
     * A run with one update for each step.
     *
     * @param initNoiseSigma the standard deviation of the sample it starts from
     */
    Sampling sampling(double initNoiseSigma, IntFunction<Update> update) {
        List<Update> updates = IntStream.range(0, steps()).mapToObj(update).toList();
        return new Sampling(new Plan(initNoiseSigma, updates, finalSigma()));
    }

    /** What the denoiser is asked at step {@code i} if the samples are variance preserving. */
    Evaluation preserving(int i) {
        return Evaluation.unscaled(timesteps[i], sigmas[i]);
    }

    /** What the denoiser is asked at step {@code i} if the samples are variance exploding. */
    Evaluation exploding(int i) {
        return Evaluation.scaledDown(timesteps[i], sigmas[i]);
    }

    int steps() {
        return timesteps.length;
    }

    double sigma(int i) {
        return sigmas[i];
    }

    double finalSigma() {
        return sigmas[timesteps.length];
    }

    /** Level {@code i} as that of a variance-preserving sample. */
    NoiseLevel level(int i) {
        return NoiseLevel.ofRatio(sigmas[i]);
    }

    /** λ at step {@code to} minus λ at step {@code from}; infinite where {@code to} has no noise. */
    double lambdaDifference(int from, int to) {
        return Math.log(sigmas[from] / sigmas[to]);
    }
}
