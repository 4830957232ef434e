package dev.finexl.generate.scheduler;

import dev.finexl.generate.scheduler.NoiseSchedule.ZeroSnr;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SortedMap;

/**
 * The unified predictor-corrector: an exponential integrator in λ of up to third order, whose steps are corrected with the
 * image predicted at their end before the next step is made; that prediction is needed there anyway, so the correction costs
 * no evaluation.
 *
 * <p>Source: "UniPC: A Unified Predictor-Corrector Framework for Fast Sampling of Diffusion Models", arXiv 2302.04867,
 * algorithms 5 to 8, for the predicted image. Equals diffusers' {@code UniPCMultistepScheduler} with {@code predict_x0}.
 * The kept sample is the corrected one.
 *
 * <p>At the end of a run without final noise, {@code bh1} is the limit of its formula here; diffusers gets NaN.
 */
record UniPcScheduler(
        SolverSigmas sigmas,
        PredictionType predictionType,
        int order,
        boolean bh1,
        boolean lowerOrderFinal,
        List<Integer> uncorrected,
        SortedMap<String, Object> config)
        implements Scheduler {

    static final String CLASS = "UniPCMultistepScheduler";

    static UniPcScheduler read(ConfigReader config) {
        NoiseSchedule noise = NoiseSchedule.read(config, ZeroSnr.NEARLY);
        CommonOptions.noThresholding(config);
        config.mustBeOff("solver_p", "use_flow_sigmas", "use_dynamic_shifting", "shift_terminal");
        config.withoutEffect("flow_shift", "time_shift_type");
        if (!config.flag("predict_x0", true)) {
            throw config.refused("predict_x0", "true, since prediction of the noise is not supported");
        }
        String solver =
                config.choice("solver_type", "bh2", List.of("bh1", "bh2"), List.of("midpoint", "heun", "logrho"));
        SolverSigmas sigmas = sigmas(config, noise);
        int order = config.integer("solver_order", 2, 1, 3);
        boolean lowerOrderFinal = config.flag("lower_order_final", true);
        if (order > 1 && !lowerOrderFinal && !sigmas.endsAtSmallest()) {
            throw config.refused(
                    "lower_order_final", "true where final_sigmas_type is zero: the last step to no noise has order 1");
        }
        return new UniPcScheduler(
                sigmas,
                CommonOptions.predictionType(config, PredictionType.values()),
                order,
                solver.equals("bh1"),
                lowerOrderFinal,
                config.integers("disable_corrector", 0, Scheduler.MAX_STEPS),
                config.finish());
    }

    private static SolverSigmas sigmas(ConfigReader config, NoiseSchedule noise) {
        SigmaSpacing sigmaSpacing = SigmaSpacing.read(config);
        OptionalDouble smallest = config.optionalNumber("sigma_min", 1e-6, 1e6);
        OptionalDouble largest = config.optionalNumber("sigma_max", 1e-6, 1e6);
        return new SolverSigmas(
                noise,
                CommonOptions.spacing(config, TimestepSpacing.LINSPACE),
                CommonOptions.stepsOffset(config, noise),
                noise.timesteps(),
                sigmaSpacing,
                smallest,
                largest,
                CommonOptions.endsAtSmallestSigma(config),
                false);
    }

    @Override
    public Sampling start(int steps) {
        SigmaSchedule schedule = sigmas.schedule(steps);
        return schedule.sampling(1, i -> {
            boolean corrects = i > 0 && !uncorrected.contains(i - 1);
            return new Update(
                    schedule.preserving(i),
                    predictionType.data(schedule.level(i)),
                    corrects ? corrector(schedule, i, order(i - 1, steps)) : LinearForm.ofSample(1),
                    predictor(schedule, i, order(i, steps)),
                    true);
        });
    }

    /** The order of the step from level {@code i}: lower at the start, for want of earlier predictions, and at the end. */
    private int order(int i, int steps) {
        int highest = lowerOrderFinal ? Math.min(order, steps - i) : order;
        return Math.min(highest, i + 1);
    }

    /** From the corrected sample of step {@code i} to the next level. */
    private LinearForm predictor(SigmaSchedule schedule, int i, int order) {
        NoiseLevel next = schedule.level(i + 1);
        double h = schedule.lambdaDifference(i, i + 1);
        double[] past = new double[order - 1];
        double ofData = -next.alpha() * Math.expm1(-h);
        if (order > 1) {
            double[] places = new double[order - 1];
            for (int j = 0; j < places.length; j++) {
                places[j] = schedule.lambdaDifference(i, i - 1 - j) / h;
            }
            double[] weights = order == 2 ? new double[] {0.5} : UniPcWeights.solve(places, moments(h, order - 1));
            for (int j = 0; j < places.length; j++) {
                double factor = next.alpha() * b(h) * weights[j] / places[j];
                past[j] = -factor;
                ofData += factor;
            }
        }
        return LinearForm.ofKept(next.sigma() / schedule.level(i).sigma())
                .plusDerived(ofData)
                .withPast(past);
    }

    /** From the corrected sample of step {@code i - 1} to step {@code i} again, with the image predicted at its end. */
    private LinearForm corrector(SigmaSchedule schedule, int i, int order) {
        NoiseLevel level = schedule.level(i);
        double h = schedule.lambdaDifference(i - 1, i);
        double[] places = new double[order];
        for (int j = 0; j < order - 1; j++) {
            places[j] = schedule.lambdaDifference(i - 1, i - 2 - j) / h;
        }
        places[order - 1] = 1;
        double[] weights = order == 1 ? new double[] {0.5} : UniPcWeights.solve(places, moments(h, order));
        double[] past = new double[order];
        past[0] = -level.alpha() * Math.expm1(-h);
        for (int j = 0; j < order; j++) {
            double factor = level.alpha() * b(h) * weights[j] / places[j];
            past[0] += factor;
            if (j < order - 1) {
                past[j + 1] -= factor;
            }
        }
        double ofData = -level.alpha() * b(h) * weights[order - 1];
        return LinearForm.ofKept(level.sigma() / schedule.level(i - 1).sigma())
                .plusDerived(ofData)
                .withPast(past);
    }

    private double b(double h) {
        return bh1 ? -h : Math.expm1(-h);
    }

    private double[] moments(double h, int count) {
        return UniPcWeights.moments(-h, b(h), count);
    }
}
