package dev.finexl.generate.scheduler;

import dev.finexl.generate.scheduler.NoiseSchedule.ZeroSnr;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.function.DoubleFunction;

/**
 * Pseudo linear multistep: DDIM's step, with the model's output replaced by an Adams–Bashforth combination of its last
 * values, up to fourth order. The second timestep is visited twice, the first time only to make the first step again with
 * the mean of both outputs, so there is one evaluation more than steps.
 *
 * <p>Source: "Pseudo Numerical Methods for Diffusion Models on Manifolds", arXiv 2202.09778, equations 9 and 12; the start
 * is that of the PLMS sampler of latent diffusion. Equals diffusers' {@code PNDMScheduler} with {@code skip_prk_steps}, the
 * form that Stable Diffusion 1 is published with; its Runge–Kutta start is not supported. With v-prediction the
 * combination is of v's and is turned into noise by the sample and the level of the step, as there.
 */
record PndmScheduler(
        NoiseSchedule noise,
        TrainingTimesteps timesteps,
        PredictionType predictionType,
        boolean setAlphaToOne,
        SortedMap<String, Object> config)
        implements Scheduler {

    static final String CLASS = "PNDMScheduler";
    static final String SKIP_RUNGE_KUTTA = "skip_prk_steps";

    private static final double[][] ADAMS_BASHFORTH = {
        {1}, {3 / 2.0, -1 / 2.0}, {23 / 12.0, -16 / 12.0, 5 / 12.0}, {55 / 24.0, -59 / 24.0, 37 / 24.0, -9 / 24.0}
    };
    private static final double[] MEAN = {1 / 2.0, 1 / 2.0};

    static PndmScheduler read(ConfigReader config) {
        NoiseSchedule noise = NoiseSchedule.read(config, ZeroSnr.NO_OPTION);
        if (!config.flag(SKIP_RUNGE_KUTTA, false)) {
            throw config.refused(SKIP_RUNGE_KUTTA, "true, since the Runge-Kutta start is not supported");
        }
        return new PndmScheduler(
                noise,
                TrainingTimesteps.read(config, noise),
                CommonOptions.predictionType(config, PredictionType.EPSILON, PredictionType.V_PREDICTION),
                config.flag("set_alpha_to_one", false),
                config.finish());
    }

    @Override
    public Sampling start(int steps) {
        int[] visited = timesteps.forSteps(steps);
        int stride = timesteps.stride(steps);
        List<Update> updates = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            int timestep = visited[i];
            double[] weights = ADAMS_BASHFORTH[Math.min(i, ADAMS_BASHFORTH.length - 1)];
            updates.add(new Update(
                    Evaluation.unscaled(timestep, ratio(timestep)),
                    Prediction.OUTPUT,
                    i == 0 ? LinearForm.ofSample(1) : LinearForm.KEPT,
                    step(timestep, timestep - stride, LinearForm::ofSample, weights),
                    true));
            if (i == 0 && steps > 1) {
                int second = visited[1];
                updates.add(Update.memoryless(
                        Evaluation.unscaled(second, ratio(second)),
                        Prediction.OUTPUT,
                        step(second + stride, second, LinearForm::ofKept, MEAN)));
            }
        }
        return new Sampling(new Plan(1, updates, ratio(visited[steps - 1] - stride)));
    }

    /**
     * Equation 9 from one timestep to another.
     *
     * @param start the sample that the step starts from, with a factor
     * @param weights the shares of the outputs, the latest first
     */
    private LinearForm step(int from, int to, DoubleFunction<LinearForm> start, double[] weights) {
        double here = noise.alphaCumprod(from);
        double there = noise.alphaCumprodOrEnd(to, setAlphaToOne);
        double ofNoise = -(there - here) / (here * Math.sqrt(1 - there) + Math.sqrt(here * (1 - here) * there));
        Prediction epsilon = predictionType.noise(NoiseLevel.ofAlphaCumprod(here));
        double[] ofOutputs = Arrays.stream(weights)
                .map(weight -> weight * ofNoise * epsilon.output())
                .toArray();
        return start.apply(Math.sqrt(there / here) + ofNoise * epsilon.sample())
                .plusDerived(ofOutputs[0])
                .withPast(Arrays.copyOfRange(ofOutputs, 1, ofOutputs.length));
    }

    private double ratio(int timestep) {
        return NoiseLevel.ofAlphaCumprod(noise.alphaCumprodOrEnd(timestep, setAlphaToOne))
                .ratio();
    }
}
