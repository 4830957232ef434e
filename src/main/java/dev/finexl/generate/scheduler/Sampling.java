package dev.finexl.generate.scheduler;

import java.util.Objects;

/**
 * One run of a scheduler: the loop over the data that all schedulers share, and the state that some of them carry from
 * step to step.
 *
 * <p>Every array holds a whole batch, flattened in any layout, since nothing here mixes elements. The data are floats, as
 * in diffusers; the coefficients were computed in double precision. Buffers are made at the first step; later steps allocate
 * nothing.
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

    private final Plan plan;
    private int length = -1;
    private int done;

    private float[] derived;
    private float[] noise;
    private float[] kept;

    /** Past predictions, the latest first. */
    private float[][] past;

    Sampling(Plan plan) {
        this.plan = plan;
    }

    /** Another run of the same plan. */
    public Sampling again() {
        return new Sampling(plan);
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
        return evaluation(i).timestep();
    }

    /**
     * The noise level of what the denoiser sees at evaluation {@code i}; {@code i} = {@link #evaluations} is what is left
     * at the end. It is the ratio of noise to signal, infinite where there is no signal, or the share of noise, from 1 to
     * 0, in flow matching.
     */
    public double sigma(int i) {
        return i == evaluations() ? plan.finalSigma() : evaluation(i).sigma();
    }

    /** By which standard normals are multiplied to be the sample that a run starts from. */
    public float initNoiseSigma() {
        return (float) plan.initNoiseSigma();
    }

    /** By which the sample is multiplied before the denoiser sees it at evaluation {@code i}; 1 for many schedulers. */
    public float inputScale(int i) {
        return (float) evaluation(i).inputScale();
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
     * @throws IllegalStateException if another step is due, or none
     * @throws IllegalArgumentException if the arrays' lengths differ from each other or from the first step's
     */
    public void step(int i, float[] modelOutput, float[] sample, StepNoise stepNoise) {
        if (done == evaluations()) {
            throw new IllegalStateException("all %d steps of this run are made".formatted(done));
        }
        if (i != done) {
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
        predict(derived, update.derived(), sample, modelOutput);
        if (update.keeps()) {
            combine(kept, update.keep(), sample, modelOutput);
        }
        combine(sample, update.next(), sample, modelOutput);
        if (update.remembers()) {
            remember();
        }
        done++;
    }

    // The compiler uses vector instructions in a loop whose body is short and uses all arrays at the same index. Hence
    // one
    // loop for all forms: a term that a scheduler does not have is some array that is there, with the factor 0.

    private static void predict(float[] target, Prediction prediction, float[] sample, float[] output) {
        float ofSample = (float) prediction.sample();
        float ofOutput = (float) prediction.output();
        for (int i = 0; i < target.length; i++) {
            target[i] = ofSample * sample[i] + ofOutput * output[i];
        }
        if (prediction.isLimited()) {
            float limit = (float) prediction.limit();
            for (int i = 0; i < target.length; i++) {
                target[i] = Math.max(-limit, Math.min(target[i], limit));
            }
        }
    }

    private void combine(float[] target, LinearForm form, float[] sample, float[] output) {
        float ofSample = (float) form.sample();
        float ofOutput = (float) form.output();
        float ofDerived = (float) form.derived();
        float ofKept = (float) form.kept();
        float ofPast0 = (float) form.past(0);
        float ofPast1 = (float) form.past(1);
        float ofPast2 = (float) form.past(2);
        float ofNoise = (float) form.noise();
        float[] d = derived;
        float[] k = ofKept == 0 ? output : kept;
        float[] p0 = ofPast0 == 0 ? output : past[0];
        float[] p1 = ofPast1 == 0 ? output : past[1];
        float[] p2 = ofPast2 == 0 ? output : past[2];
        float[] z = ofNoise == 0 ? output : noise;
        for (int i = 0; i < target.length; i++) {
            target[i] = ofSample * sample[i]
                    + ofOutput * output[i]
                    + ofDerived * d[i]
                    + ofKept * k[i]
                    + ofPast0 * p0[i]
                    + ofPast1 * p1[i]
                    + ofPast2 * p2[i]
                    + ofNoise * z[i];
        }
    }

    /** The prediction becomes the latest past one, and the oldest one's array is free for the next. */
    private void remember() {
        float[] oldest = past[past.length - 1];
        System.arraycopy(past, 0, past, 1, past.length - 1);
        past[0] = derived;
        derived = oldest;
    }

    private void allocate(int size) {
        length = size;
        derived = new float[size];
        noise = plan.drawsNoise() ? new float[size] : null;
        kept = plan.keeps() ? new float[size] : null;
        past = plan.remembers() ? new float[LinearForm.MOST_PAST][size] : null;
    }

    private Evaluation evaluation(int i) {
        return plan.updates().get(i).evaluation();
    }

    private static void requireLength(String name, int expected, float[] values) {
        if (values.length != expected) {
            throw new IllegalArgumentException(
                    "%s holds %d values, expected %d".formatted(name, values.length, expected));
        }
    }
}
