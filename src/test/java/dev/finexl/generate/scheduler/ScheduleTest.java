package dev.finexl.generate.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.generate.scheduler.NoiseSchedule.ZeroSnr;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The tables and spacings that the schedulers share. */
class ScheduleTest {

    @Test
    void halvesAreRoundedAsNumPyRoundsThem() {
        // numpy.arange(1000, 0, -1000/n).round() - 1; with 16 and 48 steps some values lie halfway.
        assertThat(TimestepSpacing.TRAILING.timesteps(1000, 16, 0))
                .containsExactly(999, 937, 874, 811, 749, 687, 624, 561, 499, 437, 374, 311, 249, 187, 124, 61);
        assertThat(TimestepSpacing.TRAILING.timesteps(1000, 48, 0))
                .startsWith(999, 978, 957)
                .endsWith(61, 41, 20);
    }

    @ParameterizedTest
    @EnumSource(BetaSchedule.class)
    void theNoiseGrowsWithTheTimestep(BetaSchedule schedule) {
        NoiseSchedule noise = noise(schedule, ZeroSnr.NO_OPTION, false);
        for (int t = 1; t < 1000; t++) {
            assertThat(noise.alphaCumprod(t)).isBetween(0.0, noise.alphaCumprod(t - 1));
        }
    }

    @Test
    void rescalingLeavesTheFirstLevelAndTakesAllSignalFromTheLast() {
        NoiseSchedule plain = noise(BetaSchedule.SCALED_LINEAR, ZeroSnr.EXACT, false);
        NoiseSchedule exact = noise(BetaSchedule.SCALED_LINEAR, ZeroSnr.EXACT, true);

        assertThat(exact.alphaCumprod(0)).isCloseTo(plain.alphaCumprod(0), within(1e-6));
        assertThat(exact.alphaCumprod(999)).isZero();
        assertThat(noise(BetaSchedule.SCALED_LINEAR, ZeroSnr.NEARLY, true).sigma(999))
                .isCloseTo(4096, within(0.1));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, 17.25, 500, 998, 999})
    void aNoiseLevelsTimestepIsFoundAgain(double timestep) {
        NoiseSchedule noise = noise(BetaSchedule.SCALED_LINEAR, ZeroSnr.NO_OPTION, false);
        // Sigmas are interpolated on straight lines, timesteps on the logarithms' lines.
        assertThat(noise.timestepOf(noise.sigma(timestep))).isCloseTo(timestep, within(0.01));
    }

    @Test
    void aNoiseLevelOutsideTheTrainingHasTheNearestTimestep() {
        NoiseSchedule noise = noise(BetaSchedule.SCALED_LINEAR, ZeroSnr.NO_OPTION, false);
        assertThat(noise.timestepOf(1e9)).isEqualTo(999);
        assertThat(noise.timestepOf(0)).isZero();
    }

    @Test
    void aBoundOnLambdaLeavesOutTheNoisiestTimesteps() {
        NoiseSchedule noise = noise(BetaSchedule.SQUAREDCOS_CAP_V2, ZeroSnr.NO_OPTION, false);
        int visitable = noise.timestepsAboveLambda(-5.1);

        assertThat(noise.timestepsAboveLambda(Double.NEGATIVE_INFINITY)).isEqualTo(1000);
        assertThat(-Math.log(noise.sigma(visitable - 1))).isGreaterThanOrEqualTo(-5.1);
        assertThat(-Math.log(noise.sigma(visitable))).isLessThan(-5.1);

        ObjectNode config = (ObjectNode) Goldens.json("""
                {'_class_name': 'DPMSolverMultistepScheduler', 'beta_schedule': 'squaredcos_cap_v2',
                 'lambda_min_clipped': -5.1}
                """);
        assertThat(Schedulers.of(config, "test").start(10).timestep(0)).isEqualTo(visitable - 1);
        // Trailing spacing keeps its stride and so makes fewer steps.
        config.put("timestep_spacing", "trailing").put("lambda_min_clipped", 0);
        assertThat(Schedulers.of(config, "test").start(10).evaluations()).isEqualTo(5);
    }

    @Test
    void theWeightsOfUniPcSolveTheirSystem() {
        double[] places = {-1.3, -0.4, 1};
        double[] moments = UniPcWeights.moments(-0.7, Math.expm1(-0.7), 3);
        double[] weights = UniPcWeights.solve(places, moments);
        for (int k = 0; k < 3; k++) {
            double sum = 0;
            for (int j = 0; j < 3; j++) {
                sum += weights[j] * Math.pow(places[j], k);
            }
            assertThat(sum).isCloseTo(moments[k], within(1e-12));
        }
    }

    private static NoiseSchedule noise(BetaSchedule schedule, ZeroSnr zeroSnr, boolean rescaled) {
        ObjectNode config = (ObjectNode) Goldens.json("{'beta_start': 0.00085, 'beta_end': 0.012}");
        config.put("beta_schedule", schedule.name().toLowerCase(Locale.ROOT));
        config.put("rescale_betas_zero_snr", rescaled);
        return NoiseSchedule.read(new ConfigReader("test", config, "test"), zeroSnr);
    }
}
