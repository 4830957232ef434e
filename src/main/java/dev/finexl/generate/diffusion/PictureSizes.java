package dev.finexl.generate.diffusion;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.generate.GeneratorException;
import dev.finexl.store.ModelFiles;

/**
 * The sizes of pictures that a model makes, and of their latents.
 *
 * @param files of the model
 * @param vae says how many pixels a latent is
 * @param height in latents that the model was made for
 * @param width in latents that the model was made for
 * @param patch latents that the denoiser takes together, in each direction
 * @param most the highest and widest latents
 * @param packed whether the denoiser sees packed latents
 */
record PictureSizes(ModelFiles files, VaeConfig vae, int height, int width, int patch, int most, boolean packed) {

    /** Far above what any model makes, and low enough that sizes in pixels and numbers of latents are no problem. */
    static final int MOST = 1 << 11;

    PictureSizes {
        if (height < 1 || width < 1 || height > MOST || width > MOST || patch < 1 || patch > MOST || most < 1) {
            throw new GeneratorException(
                    "%s: the denoiser's configuration has latents of %d × %d in patches of %d, expected 1 to %d"
                            .formatted(files.reference(), height, width, patch, MOST));
        }
    }

    /**
     * The sizes of a model without packing.
     *
     * @param sampleSize as a configuration gives it: a number, or height and width
     * @param fallback where the configuration does not give it
     */
    static PictureSizes of(ModelFiles files, JsonNode sampleSize, int fallback, int patch, int most) {
        int height = sampleSize.path(0).asInt(sampleSize.asInt(fallback));
        int width = sampleSize.path(1).asInt(sampleSize.asInt(fallback));
        return new PictureSizes(files, VaeConfig.read(files), height, width, patch, most, false);
    }

    /** In pixels, of pictures that the model was made for. */
    int pictureHeight() {
        return height * vae.scale();
    }

    /** In pixels, of pictures that the model was made for. */
    int pictureWidth() {
        return width * vae.scale();
    }

    /** Patches in a picture. */
    int patches(int pictureHeight, int pictureWidth) {
        return pictureHeight / multiple() * (pictureWidth / multiple());
    }

    /**
     * The latents of a picture.
     *
     * @throws GeneratorException if the model makes no pictures of this size
     */
    LatentLayout latents(int pictureHeight, int pictureWidth) {
        int scale = vae.scale();
        int largest = Math.min(most, MOST) * scale;
        if (pictureHeight % multiple() != 0
                || pictureWidth % multiple() != 0
                || pictureHeight > largest
                || pictureWidth > largest) {
            throw new GeneratorException(
                    "%s: pictures of %d × %d cannot be made, height and width must be multiples of %d, up to %d"
                            .formatted(files.reference(), pictureWidth, pictureHeight, multiple(), largest));
        }
        return new LatentLayout(vae.latentChannels(), pictureHeight / scale, pictureWidth / scale, packed);
    }

    private int multiple() {
        return patch * vae.scale();
    }
}
