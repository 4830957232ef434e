package dev.finexl.generate.scheduler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.SortedMap;

/**
 * Euler's method for flow matching: the sample moves on the straight line from noise to image, (1 − σ)·x₀ + σ·ε, along the
 * velocity ε − x₀ that the model predicts.
 *
 * <p>Source: "Scaling Rectified Flow Transformers for High-Resolution Image Synthesis", arXiv 2403.03206; its equation 23
 * is the shift of the noise levels. Equals diffusers' {@code FlowMatchEulerDiscreteScheduler}, including that a static
 * shift is applied to the training levels and once more to the run's. The timestep is σ times the number of training
 * timesteps; Flux' transformer wants σ itself.
 */
public final class FlowMatchEulerScheduler implements Scheduler {

    static final String CLASS = "FlowMatchEulerDiscreteScheduler";

    private static final double MOST_SHIFT = 1000;
    private static final int MOST_TOKENS = 1 << 20;

    private final int trained;
    private final double shift;
    private final boolean dynamic;
    private final boolean exponential;
    private final double baseShift;
    private final double maxShift;
    private final int baseTokens;
    private final int maxTokens;
    private final SigmaSpacing spacing;
    /** To which the levels are stretched; 0 where they are not. */
    private final double lastSigma;

    private final SortedMap<String, Object> config;

    private FlowMatchEulerScheduler(ConfigReader config) {
        trained = config.integer("num_train_timesteps", 1000, 2, 100_000);
        shift = config.number("shift", 1, 1 / MOST_SHIFT, MOST_SHIFT);
        dynamic = config.flag("use_dynamic_shifting", false);
        exponential = config.choice("time_shift_type", "exponential", List.of("exponential", "linear"), List.of())
                .equals("exponential");
        baseShift = config.number("base_shift", 0.5, -10, 10);
        maxShift = config.number("max_shift", 1.15, -10, 10);
        baseTokens = config.integer("base_image_seq_len", 256, 1, MOST_TOKENS);
        maxTokens = config.integer("max_image_seq_len", 4096, baseTokens + 1, MOST_TOKENS);
        spacing = SigmaSpacing.read(config);
        lastSigma = config.optionalNumber("shift_terminal", 0, 0.999).orElse(0);
        config.mustBeOff("invert_sigmas", "stochastic_sampling", "sample_sigmas");
        this.config = config.finish();
    }

    static FlowMatchEulerScheduler read(ConfigReader config) {
        return new FlowMatchEulerScheduler(config);
    }

    /** Whether the shift depends on the size of the image, so that a run needs {@link #mu}. */
    public boolean usesDynamicShift() {
        return dynamic;
    }

    /**
     * The exponent of the dynamic shift: on the straight line through {@code base_shift} and {@code max_shift}.
     *
     * @param imageTokens the length of the packed latent, 1 or more
     */
    public double mu(int imageTokens) {
        if (imageTokens < 1) {
            throw new IllegalArgumentException("imageTokens is %d, expected 1 or more".formatted(imageTokens));
        }
        double slope = (maxShift - baseShift) / (maxTokens - baseTokens);
        return slope * imageTokens + baseShift - slope * baseTokens;
    }

    /** The levels that the Flux pipeline starts from before any shift: evenly from 1 to 1/steps. */
    public static double[] evenSigmas(int steps) {
        Plan.requireSteps(steps, MAX_STEPS);
        double[] sigmas = new double[steps];
        for (int i = 0; i < steps; i++) {
            sigmas[i] = 1 - i / (double) steps;
        }
        return sigmas;
    }

    /**
     * Plans a run over the scheduler's own levels, as the Stable Diffusion 3 pipeline does.
     *
     * @throws SchedulerException also if the shift is dynamic: then the run needs a mu
     */
    @Override
    public Sampling start(int steps) {
        return start(ownSigmas(steps), OptionalDouble.empty());
    }

    /**
     * Plans a run over the scheduler's own levels with a dynamic shift.
     *
     * @param mu from {@link #mu(int)}
     */
    public Sampling start(int steps, double mu) {
        return start(ownSigmas(steps), OptionalDouble.of(mu));
    }

    /**
     * Plans a run over given levels.
     *
     * @param unshifted the levels before the shift, strictly falling, from 1 to above 0, e.g. {@link #evenSigmas}; one step
     *     for each
     * @param mu present exactly if the shift is dynamic, from {@link #mu(int)}
     * @throws SchedulerException if the levels or mu are not as said
     */
    public Sampling start(double[] unshifted, OptionalDouble mu) {
        Objects.requireNonNull(mu);
        Plan.requireSteps(unshifted.length, trained);
        if (mu.isPresent() != dynamic || mu.isPresent() && !(Math.abs(mu.getAsDouble()) <= 10)) {
            throw new SchedulerException("mu is %s, expected %s since use_dynamic_shifting is %s"
                    .formatted(
                            mu.isPresent() ? mu.getAsDouble() : "missing",
                            dynamic ? "a number from -10 to 10" : "none",
                            dynamic));
        }
        double[] sigmas = Arrays.stream(unshifted)
                .map(sigma -> dynamic ? shifted(sigma, mu.getAsDouble()) : shifted(sigma))
                .toArray();
        sigmas = respaced(stretched(sigmas));
        requireFalling(sigmas);
        List<Update> updates = new ArrayList<>();
        for (int i = 0; i < sigmas.length; i++) {
            double next = i + 1 < sigmas.length ? sigmas[i + 1] : 0;
            updates.add(Update.memoryless(
                    Evaluation.unscaled((float) sigmas[i] * trained, sigmas[i]),
                    Prediction.OUTPUT,
                    LinearForm.ofSample(1).plusDerived(next - sigmas[i])));
        }
        return new Sampling(new Plan(1, updates, 0));
    }

    @Override
    public SortedMap<String, Object> config() {
        return config;
    }

    private double[] ownSigmas(int steps) {
        Plan.requireSteps(steps, trained);
        double smallest = (float) (dynamic ? 1.0 / trained : shifted(1.0 / trained));
        double[] sigmas = new double[steps];
        for (int i = 0; i < steps; i++) {
            sigmas[i] = steps == 1 ? 1 : 1 + i * (smallest - 1) / (steps - 1);
        }
        return sigmas;
    }

    /** So that the last level is the configured one; the first, pure noise, stays. */
    private double[] stretched(double[] sigmas) {
        if (lastSigma == 0 || sigmas.length == 1) {
            return sigmas;
        }
        double scale = (1 - sigmas[sigmas.length - 1]) / (1 - lastSigma);
        return Arrays.stream(sigmas).map(sigma -> 1 - (1 - sigma) / scale).toArray();
    }

    /** In float32, as diffusers holds them. */
    private double[] respaced(double[] sigmas) {
        double[] placed = spacing == SigmaSpacing.OF_TIMESTEPS
                ? sigmas
                : spacing.between(sigmas[0], sigmas[sigmas.length - 1], sigmas.length);
        return Arrays.stream(placed).map(sigma -> (float) sigma).toArray();
    }

    private double shifted(double sigma) {
        return shift * sigma / (1 + (shift - 1) * sigma);
    }

    private double shifted(double sigma, double mu) {
        double weight = exponential ? Math.exp(mu) : mu;
        return weight / (weight + (1 / sigma - 1));
    }

    private static void requireFalling(double[] sigmas) {
        double before = Math.nextUp(1.0);
        for (double sigma : sigmas) {
            if (!(sigma > 0 && sigma < before)) {
                throw new SchedulerException("the noise levels %s do not fall from at most 1 to above 0"
                        .formatted(ConfigReader.shorten(Arrays.toString(sigmas))));
            }
            before = sigma;
        }
    }
}
