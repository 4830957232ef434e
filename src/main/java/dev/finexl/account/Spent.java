package dev.finexl.account;

/**
 * What one explanation took.
 *
 * @param images pictures that were drawn for it
 * @param evaluations of the denoiser, for one picture's latents each
 * @param cpuSeconds of work on the CPU
 * @param gpuSeconds of work on the GPU
 * @param cached whether it had been made before, and nothing was done for it
 */
public record Spent(int images, long evaluations, double cpuSeconds, double gpuSeconds, boolean cached) {}
