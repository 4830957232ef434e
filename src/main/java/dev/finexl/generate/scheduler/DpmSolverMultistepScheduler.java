package dev.finexl.generate.scheduler;

import dev.finexl.generate.scheduler.NoiseSchedule.ZeroSnr;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SortedMap;

/**
 * DPM-Solver++ in its multistep form ("DPM++ 2M"): an exponential integrator in λ, exact for the linear part of the ODE,
 * with the predicted image taken as constant (order 1) or as a straight line through its last two values (order 2).
 *
 * <p>Source: "DPM-Solver++: Fast Solver for Guided Sampling of Diffusion Probabilistic Models", arXiv 2211.01095: equation
 * 9 for order 1, algorithm 2 for order 2 ({@code midpoint}; {@code heun} weighs the line by its exact integral), section 5
 * for the stochastic forms. With h = λ' − λ and D₁ the image's slope: x' = σ'/σ·x − α'·(e⁻ʰ − 1)·x₀ − ½α'·(e⁻ʰ − 1)·D₁.
 * Equals diffusers' {@code DPMSolverMultistepScheduler} for {@code dpmsolver++} and {@code sde-dpmsolver++} of order 1
 * and 2.
 */
record DpmSolverMultistepScheduler(
        SolverSigmas sigmas,
        PredictionType predictionType,
        int order,
        boolean stochastic,
        boolean heun,
        boolean lowerOrderFinal,
        boolean eulerAtFinal,
        SortedMap<String, Object> config)
        implements Scheduler {

    static final String CLASS = "DPMSolverMultistepScheduler";
    static final String ALGORITHM = "algorithm_type";
    static final String ORDER = "solver_order";
    static final String PLUS_PLUS = "dpmsolver++";
    static final String STOCHASTIC_PLUS_PLUS = "sde-dpmsolver++";

    private static final int FEW_STEPS = 15;

    static DpmSolverMultistepScheduler read(ConfigReader config) {
        NoiseSchedule noise = NoiseSchedule.read(config, ZeroSnr.NEARLY);
        CommonOptions.noThresholding(config);
        config.mustBeOff("use_lu_lambdas", "use_flow_sigmas", "use_dynamic_shifting");
        config.withoutEffect("flow_shift", "time_shift_type");
        config.mustNotBe("variance_type", List.of("learned", "learned_range"));
        String algorithm =
                config.choice(ALGORITHM, PLUS_PLUS, List.of(PLUS_PLUS, STOCHASTIC_PLUS_PLUS), List.of("deis"));
        String solver =
                config.choice("solver_type", "midpoint", List.of("midpoint", "heun"), List.of("logrho", "bh1", "bh2"));
        return new DpmSolverMultistepScheduler(
                sigmas(config, noise),
                CommonOptions.predictionType(config, PredictionType.values()),
                config.integer(ORDER, 2, 1, 2),
                algorithm.equals(STOCHASTIC_PLUS_PLUS),
                solver.equals("heun"),
                config.flag("lower_order_final", true),
                config.flag("euler_at_final", false),
                config.finish());
    }

    private static SolverSigmas sigmas(ConfigReader config, NoiseSchedule noise) {
        String clipped = "lambda_min_clipped";
        double leastLambda = config.number(clipped, Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY, 100);
        int visitable = noise.timestepsAboveLambda(leastLambda);
        if (visitable < 2) {
            throw config.refused(clipped, "a bound that leaves timesteps to visit");
        }
        return new SolverSigmas(
                noise,
                CommonOptions.spacing(config, TimestepSpacing.LINSPACE),
                CommonOptions.stepsOffset(config, noise),
                visitable,
                SigmaSpacing.read(config),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                CommonOptions.endsAtSmallestSigma(config),
                noise.betaSchedule() == BetaSchedule.SQUAREDCOS_CAP_V2);
    }

    @Override
    public Sampling start(int steps) {
        SigmaSchedule schedule = sigmas.schedule(steps);
        return schedule.sampling(1, i -> {
            boolean last = i == schedule.steps() - 1;
            boolean second = order == 2 && i > 0 && !(last && firstOrderAtEnd(schedule));
            return Update.remembering(
                    schedule.preserving(i),
                    predictionType.data(schedule.level(i)),
                    stochastic ? stochasticStep(schedule, i, second) : step(schedule, i, second));
        });
    }

    private boolean firstOrderAtEnd(SigmaSchedule schedule) {
        return eulerAtFinal || lowerOrderFinal && schedule.steps() < FEW_STEPS || !sigmas.endsAtSmallest();
    }

    private LinearForm step(SigmaSchedule schedule, int i, boolean second) {
        NoiseLevel level = schedule.level(i);
        NoiseLevel next = schedule.level(i + 1);
        double h = schedule.lambdaDifference(i, i + 1);
        double ofData = -next.alpha() * Math.expm1(-h);
        LinearForm form = LinearForm.ofSample(next.sigma() / level.sigma()).plusDerived(ofData);
        if (!second) {
            return form;
        }
        double ofSlope = heun ? next.alpha() * slopeIntegral(h) : ofData / 2;
        return withSlope(form, ofSlope * h / schedule.lambdaDifference(i - 1, i));
    }

    private LinearForm stochasticStep(SigmaSchedule schedule, int i, boolean second) {
        NoiseLevel level = schedule.level(i);
        NoiseLevel next = schedule.level(i + 1);
        double h = schedule.lambdaDifference(i, i + 1);
        double ofData = -next.alpha() * Math.expm1(-2 * h);
        LinearForm form = LinearForm.ofSample(next.sigma() / level.sigma() * Math.exp(-h))
                .plusDerived(ofData)
                .plusNoise(next.sigma() * Math.sqrt(-Math.expm1(-2 * h)));
        if (!second) {
            return form;
        }
        double ofSlope = heun ? next.alpha() * slopeIntegral(2 * h) : ofData / 2;
        return withSlope(form, ofSlope * h / schedule.lambdaDifference(i - 1, i));
    }

    /** 1 − (1 − e⁻ʰ)/h, and its limit for a step of no length, as the last one is with Karras spacing and sigma_min. */
    private static double slopeIntegral(double h) {
        return h == 0 ? 0 : Math.expm1(-h) / h + 1;
    }

    /** Adds a multiple of the difference between this step's image and the one before. */
    private static LinearForm withSlope(LinearForm form, double factor) {
        return form.plusDerived(factor).withPast(-factor);
    }
}
