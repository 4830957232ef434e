package dev.finexl.generate.scheduler;

import java.util.Arrays;
import java.util.Objects;

/**
 * One run of a scheduler: the loop over the data that all schedulers share, and the state that some of them carry from
 * step to step.
 *
 * <p>Every array holds a whole batch, flattened in any layout, since nothing here mixes elements. The data are floats, as
 * in diffusers; the coefficients were computed in double precision. Buffers are made at the first step; later steps allocate
 * nothing. A step walks over the data once, in blocks that stay in the processor's first cache.
 *
 * <pre>{@code
 * Sampling sampling = scheduler.start(steps);
 * // sample: standard normals times sampling.initNoiseSigma()
 * for (int i = 0; i < sampling.evaluations(); i++) {
 *     sampling.scaleInput(i, sample, scaled);
 *     float[] output = denoise(scaled, sampling.timestep(i));
 *     sampling.step(i, output, sample, noise);
 * }
 * }</pre>
 *
 * <p>Not thread-safe, and good for one run.
 */
public final class Sampling {

    private static final int BLOCK = 1024;

    private final Plan plan;
    private final float[] derived = new float[BLOCK];
    private final float[] sum = new float[BLOCK];
    private float[][] past;
    private float[] kept;
    private float[] noise;
    private int length = -1;
    private int done;

    Sampling(Plan plan) {
        this.plan = plan;
    }

    /** How often the denoiser is evaluated, and so the number of steps; more than asked for in PNDM and Heun. */
    public int evaluations() {
        return plan.updates().size();
    }

    /**
     * What the denoiser is told of the noise level at evaluation {@code i}: a training timestep, in some schedules between
     * two of them. For flow matching it is sigma times the number of training timesteps.
     */
    public double timestep(int i) {
        return plan.updates().get(i).timestep();
    }

    /**
     * The noise level of what the denoiser sees at evaluation {@code i}; {@code i} = {@link #evaluations} is what is left
     * at the end. It is the ratio of noise to signal, infinite where there is no signal, or the share of noise, from 1 to
     * 0, in flow matching.
     */
    public double sigma(int i) {
        return i == evaluations() ? plan.finalSigma() : plan.updates().get(i).sigma();
    }

    /** By which standard normals are multiplied to be the sample that a run starts from. */
    public float initNoiseSigma() {
        return (float) plan.initNoiseSigma();
    }

    /** By which the sample is multiplied before the denoiser sees it at evaluation {@code i}; 1 for many schedulers. */
    public float inputScale(int i) {
        return (float) plan.updates().get(i).inputScale();
    }

    /** Whether any step asks for fresh noise. */
    public boolean needsNoise() {
        return plan.drawsNoise();
    }

    /** Writes what the denoiser sees at evaluation {@code i}; both arrays may be the same. */
    public void scaleInput(int i, float[] sample, float[] scaled) {
        requireLength("scaled", sample.length, scaled);
        float scale = inputScale(i);
        for (int k = 0; k < sample.length; k++) {
            scaled[k] = scale * sample[k];
        }
    }

    /**
     * Makes the step that follows evaluation {@code i}. Steps are made in order, each once.
     *
     * @param modelOutput the denoiser's answer; unchanged
     * @param sample the sample of evaluation {@code i}, unscaled; becomes the next one
     * @param stepNoise asked for fresh noise where the step needs it; may be null if {@link #needsNoise} is false
     * @throws IllegalStateException if another step is due
     * @throws IllegalArgumentException if the arrays' lengths differ from each other or from the first step's
     */
    public void step(int i, float[] modelOutput, float[] sample, StepNoise stepNoise) {
        if (i != done || done == evaluations()) {
            throw new IllegalStateException("step %d of %d is due, not %d".formatted(done, evaluations(), i));
        }
        if (length < 0) {
            allocate(sample.length);
        }
        requireLength("sample", length, sample);
        requireLength("modelOutput", length, modelOutput);
        Update update = plan.updates().get(i);
        if (update.next().noise() != 0) {
            Objects.requireNonNull(stepNoise, "this step needs noise").fill(noise);
        }
        for (int from = 0; from < length; from += BLOCK) {
            apply(update, modelOutput, sample, from, Math.min(BLOCK, length - from));
        }
        if (update.remembers()) {
            rotatePast();
        }
        done++;
    }

    private void apply(Update update, float[] output, float[] sample, int from, int count) {
        predict(update.derived(), output, sample, from, count);
        if (update.keep() != null) {
            evaluate(update.keep(), output, sample, from, count);
            System.arraycopy(sum, 0, kept, from, count);
        }
        evaluate(update.next(), output, sample, from, count);
        System.arraycopy(sum, 0, sample, from, count);
        if (update.remembers() && past.length > 0) {
            // The oldest one has been read for this block and is not needed again.
            System.arraycopy(derived, 0, past[past.length - 1], from, count);
        }
    }

    private void predict(Prediction prediction, float[] output, float[] sample, int from, int count) {
        float ofSample = (float) prediction.sample();
        float ofOutput = (float) prediction.output();
        for (int k = 0; k < count; k++) {
            derived[k] = ofSample * sample[from + k] + ofOutput * output[from + k];
        }
        if (prediction.limit() < Float.MAX_VALUE) {
            float limit = (float) prediction.limit();
            for (int k = 0; k < count; k++) {
                derived[k] = Math.clamp(derived[k], -limit, limit);
            }
        }
    }

    private void evaluate(LinearForm form, float[] output, float[] sample, int from, int count) {
        Arrays.fill(sum, 0, count, 0);
        add(form.sample(), sample, from, count);
        add(form.output(), output, from, count);
        add(form.derived(), derived, 0, count);
        add(form.kept(), kept, from, count);
        for (int j = 0; j < form.past().length; j++) {
            add(form.past()[j], past[j], from, count);
        }
        add(form.noise(), noise, from, count);
    }

    private void add(double factor, float[] term, int from, int count) {
        if (factor == 0) {
            return;
        }
        float f = (float) factor;
        for (int k = 0; k < count; k++) {
            sum[k] += f * term[from + k];
        }
    }

    private void rotatePast() {
        if (past.length > 1) {
            float[] latest = past[past.length - 1];
            System.arraycopy(past, 0, past, 1, past.length - 1);
            past[0] = latest;
        }
    }

    private void allocate(int size) {
        length = size;
        past = new float[plan.depth()][size];
        kept = plan.keepsSample() ? new float[size] : null;
        noise = plan.drawsNoise() ? new float[size] : null;
    }

    private static void requireLength(String name, int expected, float[] values) {
        if (values.length != expected) {
            throw new IllegalArgumentException(
                    "%s holds %d values, expected %d".formatted(name, values.length, expected));
        }
    }
}
