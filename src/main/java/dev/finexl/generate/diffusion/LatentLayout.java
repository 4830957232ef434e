package dev.finexl.generate.diffusion;

/**
 * The latents of one picture, as the VAE has them and as the denoiser sees them. These are the same for most families:
 * {@code [channels, height, width]}. Flux packs each patch of 2 × 2 into one token: {@code [height/2 · width/2, channels ·
 * 4]}, the tokens row by row, and in a token channel by channel the patch's four numbers.
 *
 * @param packed whether the denoiser sees tokens
 */
record LatentLayout(int channels, int height, int width, boolean packed) {

    /** The side of a patch that is packed into a token. */
    static final int PATCH = 2;

    /** How many numbers there are. */
    int size() {
        return channels * height * width;
    }

    /** The shape that the denoiser sees, without the batch. */
    long[] denoiserShape() {
        return packed
                ? new long[] {(long) height / PATCH * (width / PATCH), (long) channels * PATCH * PATCH}
                : new long[] {channels, height, width};
    }

    /** Brings each picture's numbers from the VAE's order into the denoiser's, in place. */
    void pack(float[] latents) {
        if (packed) {
            reorder(latents, true);
        }
    }

    /** Brings each picture's numbers from the denoiser's order into the VAE's, in place. */
    void unpack(float[] latents) {
        if (packed) {
            reorder(latents, false);
        }
    }

    private void reorder(float[] latents, boolean pack) {
        float[] from = latents.clone();
        for (int first = 0; first < latents.length; first += size()) {
            for (int c = 0; c < channels; c++) {
                for (int y = 0; y < height; y++) {
                    for (int x = 0; x < width; x++) {
                        int plain = first + (c * height + y) * width + x;
                        int token = y / PATCH * (width / PATCH) + x / PATCH;
                        int inToken = (c * PATCH + y % PATCH) * PATCH + x % PATCH;
                        int inPacked = first + token * channels * PATCH * PATCH + inToken;
                        latents[pack ? inPacked : plain] = from[pack ? plain : inPacked];
                    }
                }
            }
        }
    }
}
