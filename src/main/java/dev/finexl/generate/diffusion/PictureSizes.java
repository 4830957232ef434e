package dev.finexl.generate.diffusion;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.generate.GeneratorException;
import dev.finexl.store.ModelFiles;

/**
 * The sizes of pictures that a model makes.
 *
 * @param height in pixels that the model was made for
 * @param width in pixels that the model was made for
 * @param multiple what heights and widths must be multiples of
 */
record PictureSizes(int height, int width, int multiple) {

    private static final int LARGEST = 1 << 14;

    /**
     * @param sampleSize the latents' size as a configuration gives it: a number, or height and width
     * @param fallback where the configuration does not
     * @param scale pixels for each latent
     * @param patch latents that the denoiser takes together, in each direction
     */
    static PictureSizes of(JsonNode sampleSize, int fallback, int scale, int patch) {
        int height = sampleSize.isArray() ? sampleSize.path(0).asInt(fallback) : sampleSize.asInt(fallback);
        int width = sampleSize.isArray() ? sampleSize.path(1).asInt(fallback) : sampleSize.asInt(fallback);
        return new PictureSizes(height * scale, width * scale, scale * patch);
    }

    /** @throws GeneratorException if there is no picture of this size */
    void require(ModelFiles files, int asked, int askedWidth) {
        if (asked % multiple != 0 || askedWidth % multiple != 0 || asked > LARGEST || askedWidth > LARGEST) {
            throw new GeneratorException(
                    "%s: pictures of %d × %d cannot be made, height and width must be multiples of %d, up to %d"
                            .formatted(files.reference(), askedWidth, asked, multiple, LARGEST));
        }
    }
}
