package dev.finexl.generate.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import com.sun.management.ThreadMXBean;
import dev.finexl.generate.noise.TorchGenerator;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SamplingTest {

    private static final int STEPS = 6;

    @ParameterizedTest
    @ValueSource(strings = {"ddim", "pndm", "euler-ancestral", "heun", "lms", "dpmpp-2m-sde", "unipc"})
    void elementsDoNotKnowOfEachOther(String name) {
        // More than two blocks, and not a whole number of them.
        int size = 2500;
        float[] initial = normals(1, size);
        float[] noise = normals(2, size);
        float[] together = run(name, initial, noise);
        for (int k : new int[] {0, 1023, 1024, 2047, 2048, 2499}) {
            float[] alone = run(name, new float[] {initial[k]}, new float[] {noise[k]});
            assertThat(alone[0]).as("element %d", k).isEqualTo(together[k]);
        }
    }

    @Test
    void runsOfOneSchedulerDoNotDisturbEachOther() {
        Scheduler scheduler = scheduler("unipc");
        float[] first = normals(1, 8);
        float[] second = normals(1, 8);
        Sampling one = scheduler.start(STEPS);
        Sampling other = scheduler.start(STEPS);
        for (int i = 0; i < STEPS; i++) {
            one.step(i, first.clone(), first, null);
            other.step(i, second.clone(), second, null);
        }
        assertThat(second).isEqualTo(first);
        assertThat(first).isNotEqualTo(normals(1, 8));
    }

    @Test
    void aPlanCanBeRunAgain() {
        Sampling one = scheduler("unipc").start(STEPS);
        float[] first = normals(1, 8);
        for (int i = 0; i < STEPS; i++) {
            one.step(i, first.clone(), first, null);
        }
        Sampling other = one.again();
        float[] second = normals(1, 8);
        for (int i = 0; i < STEPS; i++) {
            other.step(i, second.clone(), second, null);
        }
        assertThat(second).isEqualTo(first);
    }

    @Test
    void theModelsOutputIsLeftAlone() {
        Sampling sampling = scheduler("lms").start(STEPS);
        float[] output = normals(3, 8);
        sampling.step(0, output, normals(4, 8), null);
        assertThat(output).isEqualTo(normals(3, 8));
    }

    @Test
    void stepsAreMadeInOrderAndOnce() {
        Sampling sampling = scheduler("ddim").start(2);
        float[] sample = new float[3];
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> sampling.step(1, new float[3], sample, null))
                .withMessageContaining("step 0 of 2 is due, not 1");
        sampling.step(0, new float[3], sample, null);
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> sampling.step(0, new float[3], sample, null));
        sampling.step(1, new float[3], sample, null);
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> sampling.step(2, new float[3], sample, null));
    }

    @Test
    void arraysOfOtherLengthsAreRefused() {
        Sampling sampling = scheduler("ddim").start(2);
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> sampling.step(0, new float[4], new float[3], null))
                .withMessageContaining("modelOutput holds 4 values, expected 3");
        sampling.step(0, new float[3], new float[3], null);
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> sampling.step(1, new float[4], new float[4], null))
                .withMessageContaining("sample holds 4 values, expected 3");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> sampling.scaleInput(1, new float[3], new float[2]))
                .withMessageContaining("scaled holds 2 values, expected 3");
    }

    @Test
    void noiseIsAskedForWhereItHasAnEffect() {
        Sampling sampling = scheduler("euler-ancestral").start(3);
        int[] asked = new int[3];
        float[] sample = new float[5];
        for (int i = 0; i < 3; i++) {
            int step = i;
            sampling.step(i, new float[5], sample, noise -> {
                assertThat(noise).hasSize(5);
                asked[step]++;
            });
        }
        assertThat(asked).containsExactly(1, 1, 0);
        assertThat(sampling.needsNoise()).isTrue();
        assertThat(scheduler("euler").start(3).needsNoise()).isFalse();
        assertThatNullPointerException()
                .isThrownBy(() -> scheduler("euler-ancestral").start(3).step(0, new float[1], new float[1], null));
    }

    @Test
    void theInputIsScaledToUnitVarianceWhereTheSampleExplodes() {
        Sampling sampling = scheduler("euler").start(STEPS);
        float[] scaled = new float[1];
        sampling.scaleInput(0, new float[] {2}, scaled);
        assertThat(scaled[0]).isEqualTo(2 * sampling.inputScale(0));
        assertThat((double) sampling.inputScale(0)).isEqualTo((float) (1 / Math.hypot(1, sampling.sigma(0))));
        assertThat(scheduler("ddim").start(STEPS).inputScale(0)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pndm", "lms", "dpmpp-2m-sde", "unipc"})
    void stepsAfterTheFirstAllocateNothing(String name) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int size = 100_000;
        Sampling sampling = scheduler(name).start(20);
        float[] sample = normals(1, size);
        float[] output = normals(2, size);
        sampling.step(0, output, sample, noise -> Arrays.fill(noise, 1));
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 1; i < 20; i++) {
            sampling.step(i, output, sample, noise -> Arrays.fill(noise, 1));
        }
        // Less than a single buffer of a step, and enough for whatever the virtual machine does.
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(size);
    }

    private static float[] run(String name, float[] initial, float[] noise) {
        Sampling sampling = scheduler(name).start(STEPS);
        float[] sample = initial.clone();
        float[] output = new float[sample.length];
        for (int i = 0; i < sampling.evaluations(); i++) {
            for (int k = 0; k < output.length; k++) {
                output[k] = (float) Math.sin(sample[k]);
            }
            sampling.step(i, output, sample, fresh -> System.arraycopy(noise, 0, fresh, 0, fresh.length));
        }
        return sample;
    }

    private static Scheduler scheduler(String name) {
        return Schedulers.named(name, Goldens.json("{'_class_name': 'DDIMScheduler', 'clip_sample': false}"), "test");
    }

    private static float[] normals(long seed, int count) {
        float[] values = new float[count];
        new TorchGenerator(seed).normal(values, 0, count);
        return values;
    }
}
