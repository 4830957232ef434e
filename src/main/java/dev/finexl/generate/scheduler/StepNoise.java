package dev.finexl.generate.scheduler;

/** Where a scheduler that samples a stochastic process gets the fresh noise of a step. */
@FunctionalInterface
public interface StepNoise {

    /**
     * Overwrites the whole array with standard normals.
     *
     * <p>It is asked for at most once in a step, and not where the noise would be multiplied by zero, as in the last
     * step. The array has the layout and length of the sample: in a batch, each picture's part is one draw from the
     * picture's own generator.
     */
    void fill(float[] noise);
}
