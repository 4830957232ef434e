package dev.finexl.generate.scheduler;

import dev.finexl.generate.scheduler.NoiseSchedule.ZeroSnr;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * Denoising diffusion probabilistic models: the next sample is drawn from the posterior of the forward process, given the
 * sample and the predicted image.
 *
 * <p>Source: "Denoising Diffusion Probabilistic Models", arXiv 2006.11239, equations 6 and 7, with β of a step over several
 * training timesteps taken as 1 − ᾱ/ᾱ'. Equals diffusers' {@code DDPMScheduler} with a fixed variance, the posterior's
 * ({@code fixed_small}, {@code fixed_small_log}) or the forward process' ({@code fixed_large}).
 */
record DdpmScheduler(
        NoiseSchedule noise,
        TrainingTimesteps timesteps,
        PredictionType predictionType,
        double clipLimit,
        boolean largeVariance,
        SortedMap<String, Object> config)
        implements Scheduler {

    static final String CLASS = "DDPMScheduler";

    private static final double SMALLEST_VARIANCE = 1e-20;

    static DdpmScheduler read(ConfigReader config) {
        NoiseSchedule noise = NoiseSchedule.read(config, ZeroSnr.EXACT);
        CommonOptions.noThresholding(config);
        String variance = config.choice(
                "variance_type", "fixed_small", List.of("fixed_small", "fixed_small_log", "fixed_large"), List.of());
        return new DdpmScheduler(
                noise,
                TrainingTimesteps.read(config, noise),
                CommonOptions.predictionType(config, PredictionType.values()),
                CommonOptions.clipLimit(config, true),
                variance.equals("fixed_large"),
                config.finish());
    }

    @Override
    public Sampling start(int steps) {
        int[] visited = timesteps.forSteps(steps);
        List<Update> updates = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            double alphaCumprod = noise.alphaCumprod(visited[i]);
            double next = i + 1 < steps ? noise.alphaCumprod(visited[i + 1]) : 1;
            updates.add(update(visited[i], alphaCumprod, next));
        }
        return new Sampling(new Plan(1, updates, 0));
    }

    private Update update(int timestep, double alphaCumprod, double next) {
        double alpha = alphaCumprod / next;
        double beta = 1 - alpha;
        LinearForm mean = LinearForm.ofDerived(Math.sqrt(next) * beta / (1 - alphaCumprod))
                .plusSample(Math.sqrt(alpha) * (1 - next) / (1 - alphaCumprod));
        double variance = largeVariance ? beta : Math.max((1 - next) / (1 - alphaCumprod) * beta, SMALLEST_VARIANCE);
        NoiseLevel level = NoiseLevel.ofAlphaCumprod(alphaCumprod);
        return Update.memoryless(
                Evaluation.unscaled(timestep, level.ratio()),
                predictionType.data(level).clippedTo(clipLimit),
                timestep > 0 ? mean.plusNoise(Math.sqrt(variance)) : mean);
    }
}
