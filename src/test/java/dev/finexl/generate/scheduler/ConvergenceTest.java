package dev.finexl.generate.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Schedulers as what they are, solvers of an ODE: their error falls with the power of the number of steps that their
 * papers prove. For data from a normal distribution the best denoiser and the exact solution are known.
 */
class ConvergenceTest {

    private static final double DATA_DEVIATION = 0.5;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "euler                  | {}                                                                         | 1",
                "heun                   | {}                                                                         | 2",
                "lms                    | {}                                                                         | 3.5",
                "dpmpp-2m-karras        | {}                                                                         | 2",
                "dpmpp-2m-karras        | {'solver_type': 'heun', 'final_sigmas_type': 'sigma_min'}                  | 2",
                "unipc                  | {'solver_order': 1}                                                        | 2",
                "unipc                  | {'solver_order': 2}                                                        | 3",
                "unipc                  | {'solver_order': 3}                                                        | 4",
                "unipc                  | {'solver_order': 3, 'solver_type': 'bh1', 'final_sigmas_type': 'sigma_min'} | 4",
                "ddim                   | {}                                                                         | 0.9",
                // Its first step, of lower order, weighs on so few steps.
                "pndm                   | {}                                                                         | 1.3",
            })
    void theErrorFallsWithTheOrderOfTheSolver(String name, String options, double order) {
        double found = Math.log(error(name, options, 20) / error(name, options, 40)) / Math.log(2);
        assertThat(found).isGreaterThan(order - 0.1);
    }

    /** The relative error of the sample that enters the last evaluation. */
    private static double error(String name, String options, int steps) {
        ObjectNode config = (ObjectNode) Goldens.json("""
                {'_class_name': 'PNDMScheduler', 'beta_start': 0.00085, 'beta_end': 0.012,
                 'beta_schedule': 'scaled_linear', 'clip_sample': false, 'steps_offset': 1, 'use_karras_sigmas': true}
                """);
        config.setAll((ObjectNode) Goldens.json(options));
        Sampling sampling = Schedulers.named(name, config, "test").start(steps);
        boolean exploding = sampling.inputScale(0) != 1;
        float[] sample = {(float) solution(sampling.sigma(0), exploding)};
        int last = sampling.evaluations() - 1;
        for (int i = 0; i < last; i++) {
            float seen = sampling.inputScale(i) * sample[0];
            sampling.step(i, new float[] {bestNoise(seen, sampling.sigma(i))}, sample, null);
        }
        return Math.abs(sample[0] / solution(sampling.sigma(last), exploding) - 1);
    }

    /** The solution of the ODE that starts at the noisy data's standard deviation, and so stays there. */
    private static double solution(double ratio, boolean exploding) {
        double deviation = Math.hypot(DATA_DEVIATION, ratio);
        return exploding ? deviation : deviation * NoiseLevel.ofRatio(ratio).alpha();
    }

    /** The expected noise in a variance-preserving sample. */
    private static float bestNoise(double seen, double ratio) {
        NoiseLevel level = NoiseLevel.ofRatio(ratio);
        double variance = DATA_DEVIATION * DATA_DEVIATION;
        double data = variance / (variance + ratio * ratio) * seen / level.alpha();
        return (float) ((seen - level.alpha() * data) / level.sigma());
    }
}
