package dev.finexl.generate.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Trajectories with a closed-form denoiser, step by step. */
class SchedulerGoldenTest {

    /** Of the largest element; diffusers computes in float32 and so do we. */
    private static final double RELATIVE = 2e-6;

    record Trajectory(String name, JsonNode node) {

        Sampling start() {
            ObjectNode config = node.get("config").deepCopy();
            config.set("_class_name", node.get("cls"));
            return Schedulers.of(config, "golden").start(node.get("steps").intValue());
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Trajectory> trajectories() {
        List<Trajectory> trajectories = new ArrayList<>();
        for (String file : List.of("schedulers.json", "scheduler-variants.json")) {
            for (JsonNode node : Goldens.read(file).get("cases")) {
                trajectories.add(new Trajectory(node.get("name").textValue(), node));
            }
        }
        return trajectories;
    }

    @ParameterizedTest
    @MethodSource("trajectories")
    void everyStepIsAsInDiffusers(Trajectory trajectory) {
        JsonNode golden = trajectory.node;
        Sampling sampling = trajectory.start();
        float[] sample = Goldens.floats(golden.get("noise"));
        for (int k = 0; k < sample.length; k++) {
            sample[k] *= sampling.initNoiseSigma();
        }
        Queue<float[]> noises = new ArrayDeque<>();
        golden.get("step_noise").forEach(noise -> noises.add(Goldens.floats(noise)));
        float[] scaled = new float[sample.length];
        float[] output = new float[sample.length];
        for (int i = 0; i < sampling.evaluations(); i++) {
            sampling.scaleInput(i, sample, scaled);
            for (int k = 0; k < output.length; k++) {
                output[k] = (float) (0.8 * scaled[k] + 0.05 * Math.sin(3 * scaled[k]) + 0.1 * Math.cos(i + 0.37 * k));
            }
            sampling.step(i, output, sample, fresh -> System.arraycopy(noises.remove(), 0, fresh, 0, fresh.length));

            float[] expected = Goldens.floats(golden.get("trajectory").get(i));
            double scale = 0;
            for (float value : expected) {
                scale = Math.max(scale, Math.abs(value));
            }
            for (int k = 0; k < sample.length; k++) {
                assertThat((double) sample[k])
                        .as("element %d after step %d", k, i)
                        .isCloseTo(expected[k], within(RELATIVE * scale));
            }
        }
        assertThat(sampling.evaluations()).isEqualTo(golden.get("trajectory").size());
    }

    @ParameterizedTest
    @MethodSource("trajectories")
    void theNoiseLevelsAreThoseOfDiffusers(Trajectory trajectory) {
        assertLevels(trajectory.start(), trajectory.node);
    }

    /** Timesteps, sigmas and initial noise of a run, as {@code timesteps}, {@code sigmas}, {@code init_noise_sigma}. */
    static void assertLevels(Sampling sampling, JsonNode golden) {
        double initNoiseSigma = golden.get("init_noise_sigma").doubleValue();
        assertThat((double) sampling.initNoiseSigma()).isCloseTo(initNoiseSigma, within(1e-6 * initNoiseSigma));
        JsonNode timesteps = golden.get("timesteps");
        assertThat(sampling.evaluations()).isEqualTo(timesteps.size());
        for (int i = 0; i < timesteps.size(); i++) {
            double expected = timesteps.get(i).doubleValue();
            assertThat(sampling.timestep(i)).as("timestep %d", i).isCloseTo(expected, within(1e-6 * expected));
        }
        JsonNode sigmas = golden.get("sigmas");
        for (int i = 0; i < sigmas.size(); i++) {
            double expected = sigmas.get(i).doubleValue();
            assertThat(sampling.sigma(i)).as("sigma %d", i).isCloseTo(expected, within(1e-6 * expected));
        }
    }
}
