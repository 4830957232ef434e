package dev.finexl.generate.scheduler;

/**
 * How the variances β of the forward process, one for each training timestep, follow from their first and last.
 *
 * <p>Computed in float32 in the order of torch's operations: samplers use 1 − ᾱ, of which float32 keeps few digits at the
 * first timesteps, and those digits decide the last noise level of a run.
 */
enum BetaSchedule {
    /** Even steps: "Denoising Diffusion Probabilistic Models", arXiv 2006.11239, section 4. */
    LINEAR {
        @Override
        float[] betas(double first, double last, int count) {
            return linspace(first, last, count);
        }
    },
    /** Even steps of the root: latent diffusion, arXiv 2112.10752. */
    SCALED_LINEAR {
        @Override
        float[] betas(double first, double last, int count) {
            float[] betas = linspace(Math.sqrt(first), Math.sqrt(last), count);
            for (int i = 0; i < count; i++) {
                betas[i] *= betas[i];
            }
            return betas;
        }
    },
    /** ᾱ as a squared cosine: "Improved DDPM", arXiv 2102.09672, equation 17, with β at most 0.999. Knows no first and last. */
    SQUAREDCOS_CAP_V2 {
        @Override
        float[] betas(double first, double last, int count) {
            float[] betas = new float[count];
            for (int i = 0; i < count; i++) {
                double ratio = alphaBar((i + 1) / (double) count) / alphaBar(i / (double) count);
                betas[i] = (float) Math.min(1 - ratio, 0.999);
            }
            return betas;
        }

        private double alphaBar(double time) {
            double cosine = Math.cos((time + 0.008) / 1.008 * Math.PI / 2);
            return cosine * cosine;
        }
    };

    abstract float[] betas(double first, double last, int count);

    /** As {@code torch.linspace} in float32: counted from the nearer end. */
    private static float[] linspace(double first, double last, int count) {
        float start = (float) first;
        float end = (float) last;
        float step = (end - start) / (count - 1);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = i < count / 2 ? start + step * i : end - step * (count - 1 - i);
        }
        return values;
    }
}
