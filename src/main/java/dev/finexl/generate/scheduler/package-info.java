/**
 * The noise schedulers of diffusers: which noise levels a run visits, and how the denoiser's answer at one level becomes the
 * sample at the next.
 *
 * <p>{@link dev.finexl.generate.scheduler.Schedulers} makes a {@link dev.finexl.generate.scheduler.Scheduler} from a
 * {@code scheduler_config.json}; {@link dev.finexl.generate.scheduler.Scheduler#start} makes the
 * {@link dev.finexl.generate.scheduler.Sampling} of one run.
 *
 * <p>Notation, here and in every class: ᾱ is the cumulative product of 1 − β ("alphas_cumprod"); a sample at a noise level
 * is α·x₀ + σ·ε. "Variance preserving" samples have α = √ᾱ and σ = √(1 − ᾱ); "variance exploding" ones, those of
 * Karras et al. and k-diffusion, have α = 1, and their σ is the ratio σ/α of the others. λ = ln(α/σ). x is the sample, m
 * the model's output.
 */
package dev.finexl.generate.scheduler;
