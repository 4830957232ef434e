package dev.finexl.generate.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Noise levels with a spacing of their own, against a NumPy and SciPy transcription of how diffusers places them. */
class SigmaSpacingTest {

    private static final String NOISE =
            "'beta_start': 0.00085, 'beta_end': 0.012, 'beta_schedule': 'scaled_linear', 'num_train_timesteps': 1000";

    private static final String EXPONENTIAL = "14.614655 4.2151284 1.2157185 0.350635 0.10112941 0.029167533";
    private static final String BETA = "14.614655 12.821782 9.324485 5.319338 1.8220413 0.029167533";

    private static Sampling start(String schedulerClass, String options) {
        return Schedulers.of(
                        Goldens.json(
                                "{'_class_name': '%sScheduler', %s, %s}".formatted(schedulerClass, NOISE, options)),
                        "test")
                .start(6);
    }

    @ParameterizedTest
    @CsvSource({
        "EulerDiscrete, exponential," + EXPONENTIAL + ", 999 756.51208 413.16354 102.97441 10.631211 0",
        "LMSDiscrete, exponential," + EXPONENTIAL + ", 999 756.51208 413.16354 102.97441 10.631211 0",
        "EulerDiscrete, beta," + BETA + ", 999 977.0967 920.7312 808.697 535.18506 0",
    })
    void placesLevelsBetweenTheEndsOfTheTimesteps(String kind, String spacing, String sigmas, String timesteps) {
        assertLevels(start(kind, "'use_%s_sigmas': true".formatted(spacing)), sigmas, timesteps, 1e-3);
    }

    /**
     * Where solvers cut timesteps to whole numbers, the first lies so near to one that the last bit of a logarithm decides, in
     * diffusers too.
     */
    @ParameterizedTest
    @CsvSource({
        "DPMSolverMultistep, exponential," + EXPONENTIAL + ", 998 756 413 102 10 0",
        "UniPCMultistep, beta," + BETA + ", 998 977 920 808 535 0",
    })
    void placesLevelsOverTheWholeTraining(String kind, String spacing, String sigmas, String timesteps) {
        assertLevels(start(kind, "'use_%s_sigmas': true".formatted(spacing)), sigmas, timesteps, 1);
    }

    /** @param first by how much the first timestep may differ */
    private static void assertLevels(Sampling sampling, String sigmas, String timesteps, double first) {
        double[] expectedSigmas = numbers(sigmas);
        double[] expectedTimesteps = numbers(timesteps);
        assertThat(sampling.evaluations()).isEqualTo(expectedSigmas.length);
        for (int i = 0; i < expectedSigmas.length; i++) {
            assertThat(sampling.sigma(i)).isCloseTo(expectedSigmas[i], within(1e-5 * expectedSigmas[i]));
            double allowed = i == 0 ? first : 1e-3;
            assertThat(sampling.timestep(i)).isCloseTo(expectedTimesteps[i], within(allowed));
        }
    }

    private static double[] numbers(String text) {
        return Arrays.stream(text.strip().split(" "))
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "'use_karras_sigmas': true | 1 0.48550758 0.21688621 0.08723194 0.030608546 0.008928572",
                "'use_exponential_sigmas': true | 1 0.38918528 0.15146518 0.05894801 0.0229417 0.008928572",
                "'use_beta_sigmas': true | 1 0.87817574 0.6405374 0.36839116 0.1307528 0.008928572",
                "'shift_terminal': 0.1 | 1 0.9303867 0.8355628 0.6988048 0.484399 0.1",
            })
    void placesLevelsOfFlowMatchingAfterTheShift(String option, String sigmas) {
        Sampling sampling = Schedulers.of(
                        Goldens.json("{'_class_name': 'FlowMatchEulerDiscreteScheduler', 'shift': 3.0, %s}"
                                .formatted(option)),
                        "test")
                .start(6);
        double[] expected = numbers(sigmas);
        for (int i = 0; i < expected.length; i++) {
            assertThat(sampling.sigma(i)).isCloseTo(expected[i], within(1e-6));
            assertThat(sampling.timestep(i)).isCloseTo(1000 * expected[i], within(1e-3));
        }
    }

    @Test
    void hasQuantilesOfABetaDistribution() {
        double[] probabilities = {0, 1e-6, 0.01, 0.3, 0.5, 0.7, 0.99, 1};
        double[] quantiles = {0, 1.8558824624e-10, 8.6123882154e-4, 0.23401700388, 0.5, 0.76598299612, 0.99913876118, 1
        };
        for (int i = 0; i < quantiles.length; i++) {
            assertThat(BetaQuantile.of(probabilities[i])).isCloseTo(quantiles[i], within(1e-9 * quantiles[i] + 1e-16));
        }
    }

    @Test
    void refusesTwoSpacingsAtOnce() {
        assertThatExceptionOfType(SchedulerException.class)
                .isThrownBy(() -> start("EulerDiscrete", "'use_karras_sigmas': true, 'use_beta_sigmas': true"))
                .withMessageContaining("'use_beta_sigmas'")
                .withMessageContaining("use_karras_sigmas is true");
    }
}
