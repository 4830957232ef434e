package dev.finexl.generate.diffusion;

/**
 * The guidance scale as a distilled UNet is told it, in place of a second evaluation: sines and cosines of {@code 1000 ·
 * (scale − 1)} at falling frequencies, as diffusers' {@code get_guidance_scale_embedding} computes them in float32
 * (arXiv 2310.04378, section 4.2).
 */
final class GuidanceEmbedding {

    private static final double LOWEST = 10_000;

    private GuidanceEmbedding() {}

    /** @param width how many numbers the UNet takes, 4 or more */
    static float[] of(double guidanceScale, int width) {
        int half = width / 2;
        float step = (float) Math.log(LOWEST) / (half - 1);
        float phase = (float) (guidanceScale - 1) * 1000;
        float[] embedding = new float[width];
        for (int i = 0; i < half; i++) {
            float angle = phase * (float) Math.exp(i * -step);
            embedding[i] = (float) Math.sin(angle);
            embedding[half + i] = (float) Math.cos(angle);
        }
        return embedding;
    }
}
