package dev.finexl.generate.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlowMatchEulerSchedulerTest {

    private static final FlowMatchEulerScheduler STATIC = scheduler("'shift': 3.0");
    private static final FlowMatchEulerScheduler DYNAMIC = scheduler("'use_dynamic_shifting': true");

    @Test
    void theDynamicShiftGrowsWithTheImage() {
        assertThat(DYNAMIC.usesDynamicShift()).isTrue();
        assertThat(DYNAMIC.mu(256)).isCloseTo(0.5, within(1e-12));
        assertThat(DYNAMIC.mu(4096)).isCloseTo(1.15, within(1e-12));
        assertThat(DYNAMIC.mu(2176)).isCloseTo(0.825, within(1e-12));
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> DYNAMIC.mu(0));
    }

    @Test
    void bothKindsOfDynamicShiftAreWeightsOfTheNoise() {
        double[] half = {0.5};
        double weight = Math.exp(0.8);
        assertThat(DYNAMIC.start(half, OptionalDouble.of(0.8)).sigma(0)).isCloseTo(weight / (weight + 1), within(1e-7));
        assertThat(scheduler("'use_dynamic_shifting': true, 'time_shift_type': 'linear'")
                        .start(half, OptionalDouble.of(0.8))
                        .sigma(0))
                .isCloseTo(0.8 / 1.8, within(1e-7));
    }

    @Test
    void aRunOverTheOwnLevelsEndsAtTheSmallestOfTheTraining() {
        assertThat(DYNAMIC.start(5, 0.0).sigma(4)).isCloseTo(0.001, within(1e-9));
        assertThat(DYNAMIC.start(1, 0.0).sigma(0)).isEqualTo(1);
    }

    @Test
    void muBelongsToTheDynamicShiftOnly() {
        assertThatExceptionOfType(SchedulerException.class)
                .isThrownBy(() -> DYNAMIC.start(4))
                .withMessageContaining("mu is missing");
        assertThatExceptionOfType(SchedulerException.class)
                .isThrownBy(() -> DYNAMIC.start(4, Double.NaN))
                .withMessageContaining("mu is NaN");
        assertThatExceptionOfType(SchedulerException.class)
                .isThrownBy(() -> STATIC.start(4, 0.5))
                .withMessageContaining("use_dynamic_shifting is false");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.5,0.5", "0.5,0.6", "1.1,0.5", "0.5,0", "NaN", "0.5,-0.1"})
    void levelsThatDoNotFallAreRefused(String levels) {
        double[] sigmas = Arrays.stream(levels.split(","))
                .mapToDouble(Double::parseDouble)
                .toArray();
        assertThatExceptionOfType(SchedulerException.class)
                .isThrownBy(() -> STATIC.start(sigmas, OptionalDouble.empty()))
                .withMessageContaining("do not fall");
    }

    private static FlowMatchEulerScheduler scheduler(String options) {
        return (FlowMatchEulerScheduler) Schedulers.of(
                Goldens.json("{'_class_name': 'FlowMatchEulerDiscreteScheduler', " + options + "}"), "test");
    }
}
