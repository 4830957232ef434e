package dev.finexl.generate.diffusion;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code vae_decoder/config.json} says of the latents.
 *
 * @param channels for each channel of the latents, how it becomes what the decoder takes
 * @param scale pixels of a picture for each latent, in each direction: {@code 2^(blocks - 1)}
 */
record VaeConfig(List<Channel> channels, int scale) {

    static final String FOLDER = "vae_decoder";
    static final String FILE = FOLDER + "/config.json";

    private static final double SCALING = 0.18215;

    /**
     * A latent is divided by the first and the second is added: {@code scaling_factor} and {@code shift_factor}; or, where
     * the configuration has {@code latents_std} and {@code latents_mean}, these too, for each channel.
     */
    record Channel(double divisor, double shift) {

        float toDecoder(float latent) {
            return (float) (latent / divisor) + (float) shift;
        }
    }

    static VaeConfig read(ModelFiles files) {
        JsonNode json = ModelJson.read(files, FILE);
        double scaling = json.path("scaling_factor").asDouble(SCALING);
        double shift = json.path("shift_factor").asDouble(0);
        int blocks = json.path("block_out_channels").size();
        int count = json.path("latent_channels").asInt(4);
        if (blocks < 1 || blocks > 16 || count < 1 || count > 1024) {
            throw new ModelFileException(
                    files, FILE, "needs block_out_channels with 1 to 16 entries and 1 to 1024 latent_channels");
        }
        JsonNode deviations = perChannel(files, json, "latents_std", count);
        JsonNode means = perChannel(files, json, "latents_mean", count);
        List<Channel> channels = new ArrayList<>();
        for (int c = 0; c < count; c++) {
            double divisor = scaling / deviations.path(c).asDouble(1);
            if (!(divisor > 0) || Double.isInfinite(divisor)) {
                throw new ModelFileException(files, FILE, "has a scaling_factor or latents_std that is not above 0");
            }
            channels.add(new Channel(divisor, shift + means.path(c).asDouble(0)));
        }
        return new VaeConfig(List.copyOf(channels), 1 << (blocks - 1));
    }

    int latentChannels() {
        return channels.size();
    }

    private static JsonNode perChannel(ModelFiles files, JsonNode json, String field, int count) {
        JsonNode list = json.path(field);
        if (list.isArray() && list.size() != count) {
            throw new ModelFileException(
                    files,
                    FILE,
                    "has %d %s, expected one for each of %d channels".formatted(list.size(), field, count));
        }
        return list;
    }
}
