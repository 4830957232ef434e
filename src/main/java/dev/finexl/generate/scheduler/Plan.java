package dev.finexl.generate.scheduler;

import java.util.List;

/**
 * All updates of a run.
 *
 * @param initNoiseSigma the standard deviation of the sample a run starts from
 * @param updates one for each evaluation of the denoiser
 * @param finalSigma the noise level that is left at the end
 */
record Plan(double initNoiseSigma, List<Update> updates, double finalSigma) {

    Plan {
        updates = List.copyOf(updates);
        for (int i = 0; i < updates.size(); i++) {
            Update update = updates.get(i);
            if (!update.isFinite()) {
                throw new SchedulerException(
                        "this scheduler configuration has no run of %d evaluations: step %d, at timestep %s and noise level %s, is not finite"
                                .formatted(
                                        updates.size(),
                                        i,
                                        update.evaluation().timestep(),
                                        update.evaluation().sigma()));
            }
        }
    }

    /** Checks a number of inference steps against the number of training timesteps. */
    static void requireSteps(int steps, int trained) {
        int most = Math.min(trained, Scheduler.MAX_STEPS);
        if (steps < 1 || steps > most) {
            throw new SchedulerException("steps is %d, expected 1 to %d (the model was trained on %d timesteps)"
                    .formatted(steps, most, trained));
        }
    }

    /** Whether an update keeps a sample for later ones. */
    boolean keeps() {
        return updates.stream().anyMatch(Update::keeps);
    }

    /** Whether an update leaves its prediction to later ones. */
    boolean remembers() {
        return updates.stream().anyMatch(Update::remembers);
    }

    /** Whether an update needs fresh noise. */
    boolean drawsNoise() {
        return updates.stream().anyMatch(update -> update.next().noise() != 0);
    }
}
