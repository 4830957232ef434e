package dev.finexl.generate.diffusion;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;

/**
 * What {@code vae_decoder/config.json} says of the latents.
 *
 * @param scalingFactor latents are divided by it before decoding
 * @param shiftFactor is added after that
 * @param latentChannels channels of the latents
 * @param scale pixels of a picture for each latent, in each direction: {@code 2^(blocks - 1)}
 */
record VaeConfig(double scalingFactor, double shiftFactor, int latentChannels, int scale) {

    private static final String FILE = "vae_decoder/config.json";

    static VaeConfig read(ModelFiles files) {
        JsonNode json = ModelJson.read(files, FILE);
        double scaling = json.path("scaling_factor").asDouble(0.18215);
        if (!(scaling > 0) || Double.isInfinite(scaling)) {
            throw new ModelFileException(files, FILE, "has a scaling_factor that is not above 0");
        }
        int blocks = json.path("block_out_channels").size();
        int channels = json.path("latent_channels").asInt(4);
        if (blocks < 1 || blocks > 16 || channels < 1 || channels > 1024) {
            throw new ModelFileException(
                    files, FILE, "needs block_out_channels with 1 to 16 entries and 1 to 1024 latent_channels");
        }
        return new VaeConfig(scaling, json.path("shift_factor").asDouble(0), channels, 1 << (blocks - 1));
    }
}
