package dev.finexl.explain;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * How many pictures are sampled together. The more the faster, as long as they fit: what a denoiser takes of memory while it runs
 * grows with the pictures and with the fourth power of their side, and a process that takes too much is killed without a word.
 *
 * <p>Depends on nothing that changes while a machine runs, as pictures that are sampled in other company differ in their last bits.
 *
 * @param most pictures that are ever sampled together, at least 1
 * @param memory bytes that they may take together while the denoiser runs
 */
public record BatchSize(int most, long memory) {

    /** Latents are an eighth of the picture's side in every family but for those that are described by themselves. */
    private static final int PIXELS_OF_TOKEN = 8 * 8;

    /**
     * Bytes for each pair of tokens, both with and without the prompt: eight heads' attention in float32, four times (the
     * products, scaled, as shares, and what they are made from). Measured of a UNet of Stable Diffusion 1.5's structure at
     * 512 × 512, 4096 tokens, as it is exported: an evaluation of one row took 2.17 GB, of two 4.4 GB, of four 8.7 GB. Where the program
     * opens a graph so that these are never whole in memory it is much less; but pictures of that size gain nothing from company.
     */
    private static final long BYTES_OF_PAIR = 2 * 8 * 4 * 4;

    /** @throws IllegalArgumentException if a batch would be empty */
    public BatchSize {
        if (most < 1) {
            throw new IllegalArgumentException("most pictures sampled together: expected at least 1, got " + most);
        }
    }

    /** As many as that whatever they take. */
    public static BatchSize fixed(int pictures) {
        return new BatchSize(pictures, Long.MAX_VALUE);
    }

    /** Half of what this machine, or the container that the process is in, has: the other half is for weights and the rest. */
    public static long halfOfMemory() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize() / 2;
    }

    /** How many pictures of a size, in pixels, are sampled together; 1 where even that is more than memory allows. */
    public int of(int height, int width) {
        double tokens = (double) height * width / PIXELS_OF_TOKEN;
        return (int) Math.clamp(memory / (BYTES_OF_PAIR * tokens * tokens), 1, most);
    }
}
