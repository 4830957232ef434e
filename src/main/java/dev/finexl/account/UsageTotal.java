package dev.finexl.account;

import java.math.BigDecimal;

/**
 * Lines of the ledger, added up.
 *
 * @param explanations how many, those included that had been made before
 * @param cached how many had been made before
 * @param images pictures that were drawn
 * @param evaluations of the denoiser
 * @param cpuSeconds of work on the CPU
 * @param gpuSeconds of work on the GPU
 * @param price of all together, in whatever currency each line has
 */
public record UsageTotal(
        long explanations,
        long cached,
        long images,
        long evaluations,
        double cpuSeconds,
        double gpuSeconds,
        BigDecimal price) {}
