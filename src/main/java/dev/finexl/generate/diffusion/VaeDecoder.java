package dev.finexl.generate.diffusion;

import dev.finexl.embed.RgbImage;
import dev.finexl.generate.GeneratorException;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.Output;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.Tensor;
import java.util.Arrays;
import java.util.Map;

/**
 * Turns latents into pictures: {@code latents / scaling + shift} ({@link VaeConfig}) through the decoder, which gives RGB in [-1, 1], then
 * {@code round(255 · clamp(x / 2 + 1/2))} as diffusers does.
 *
 * <p>Pictures are decoded one by one: the decoder's intermediate maps are the largest of the whole pipeline, and a
 * batch of them would decide the memory that sampling needs.
 */
final class VaeDecoder {

    private static final String INPUT = "latent_sample";
    private static final String OUTPUT = "sample";

    private final OnnxRuntime runtime;
    private final OnnxSession session;
    private final VaeConfig config;

    VaeDecoder(OnnxRuntime runtime, OnnxSession session, VaeConfig config) {
        this.runtime = runtime;
        this.session = session;
        this.config = config;
        session.input(INPUT);
        session.output(OUTPUT);
    }

    /**
     * @param latents the batch's latents, flat
     * @param from index of the first number of the picture
     * @param layout of one picture's latents
     */
    RgbImage decode(RunScope scope, float[] latents, int from, LatentLayout layout) {
        float[] scaled = new float[layout.size()];
        int plane = layout.height() * layout.width();
        for (int c = 0; c < layout.channels(); c++) {
            VaeConfig.Channel channel = config.channels().get(c);
            for (int i = c * plane; i < (c + 1) * plane; i++) {
                scaled[i] = channel.toDecoder(latents[from + i]);
            }
        }
        long[] shape = {1, layout.channels(), layout.height(), layout.width()};
        try (Tensor input = Tensor.allocate(runtime, session.input(INPUT).type(), shape)) {
            input.putFloats(0, scaled, 0, scaled.length);
            return toImage(session.run(scope, Map.of(INPUT, input), OUTPUT));
        }
    }

    private RgbImage toImage(Output sample) {
        long[] shape = sample.shape();
        if (shape.length != 4 || shape[0] != 1 || shape[1] != 3) {
            throw new GeneratorException("%s: output '%s' has the shape %s, expected [1, 3, height, width]"
                    .formatted(session.name(), OUTPUT, Arrays.toString(shape)));
        }
        int height = Math.toIntExact(shape[2]);
        int width = Math.toIntExact(shape[3]);
        int plane = height * width;
        float[] values = sample.values();
        byte[] rgb = new byte[3 * plane];
        for (int c = 0; c < 3; c++) {
            for (int i = 0; i < plane; i++) {
                float value = values[c * plane + i];
                if (Float.isNaN(value)) {
                    throw new GeneratorException(
                            session.name() + ": the picture has numbers that are not finite (NaN); the model's weights"
                                    + " or its number format cannot be right");
                }
                float unit = Math.clamp(value / 2 + 0.5f, 0f, 1f);
                rgb[3 * i + c] = (byte) Math.rint(unit * 255f);
            }
        }
        return new RgbImage(width, height, rgb);
    }
}
