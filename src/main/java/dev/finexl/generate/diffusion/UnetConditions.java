package dev.finexl.generate.diffusion;

import static dev.finexl.generate.lora.LoraPart.TEXT_ENCODER;
import static dev.finexl.generate.lora.LoraPart.UNET;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.UsualShapes;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;
import java.util.List;
import java.util.Map;

/**
 * What the families with a UNet have in common: the sizes of their pictures, and the guidance that a distilled UNet (LCM) is
 * told instead of being evaluated twice.
 *
 * @param sizes of the pictures
 * @param guidanceWidth how many numbers the UNet takes to be told the guidance scale; 0 if it is not told
 */
record UnetConditions(PictureSizes sizes, int guidanceWidth) {

    private static final int SAMPLE_SIZE = 64;
    private static final String GUIDANCE = "timestep_cond";

    static UnetConditions of(Parts parts) {
        JsonNode config = parts.config(UNET);
        OnnxSession unet = parts.networks().get(UNET);
        int width = 0;
        if (unet.inputs().containsKey(GUIDANCE)) {
            width = config.path("time_cond_proj_dim").asInt(0);
            if (width < 4) {
                throw new ModelFileException(
                        parts.files(),
                        UNET.configFile(),
                        "needs a time_cond_proj_dim of 4 or more, since the UNet has the input " + GUIDANCE);
            }
        }
        return new UnetConditions(sizes(parts.files()), width);
    }

    /** The sizes of a model's pictures, as its files have them. */
    static PictureSizes sizes(ModelFiles files) {
        JsonNode config = ModelJson.read(files, UNET.configFile());
        return PictureSizes.of(files, config.path("sample_size"), SAMPLE_SIZE, 1, PictureSizes.MOST);
    }

    /** Latents of the size that the model was made for, and prompts of as many tokens as its text encoder has. */
    static UsualShapes usual(ModelFiles files) {
        PictureSizes sizes = sizes(files);
        long[] latents =
                sizes.latents(sizes.pictureHeight(), sizes.pictureWidth()).denoiserShape();
        long tokens = Parts.context(files, TEXT_ENCODER);
        return new UsualShapes(Map.of(
                DenoiserPorts.UNET.latents(),
                List.of(UsualShapes.ANY, latents[0], latents[1], latents[2]),
                StableDiffusion.STATES,
                List.of(UsualShapes.ANY, tokens, UsualShapes.ANY)));
    }

    boolean isToldGuidance() {
        return guidanceWidth > 0;
    }

    /** Adds the guidance scale, where the UNet is told it. */
    void addGuidance(Map<String, Embeddings> conditions, int prompts, SamplerSettings settings) {
        if (isToldGuidance()) {
            float[] row = GuidanceEmbedding.of(settings.guidanceScale(), guidanceWidth);
            conditions.put(GUIDANCE, Embeddings.repeated(prompts, row, guidanceWidth));
        }
    }
}
