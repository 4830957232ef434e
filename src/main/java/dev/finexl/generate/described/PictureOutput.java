package dev.finexl.generate.described;

import dev.finexl.embed.RgbImage;
import dev.finexl.generate.GeneratorException;
import dev.finexl.onnx.Output;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The output of a graph that holds pictures, {@code [batch, 3, height, width]}.
 *
 * @param name of the output
 * @param black the number that is black
 * @param white the number that is white
 */
public record PictureOutput(String name, double black, double white, int height, int width) {

    private static final int LARGEST = 2048;

    /** Reads the field {@code output}. */
    public static PictureOutput read(GeneratorJson json) {
        GeneratorJson output = json.object("output");
        double[] range = output.numbers("range", 2);
        if (!(range[0] < range[1])) {
            throw output.wrong("range", "two numbers of which the first is smaller");
        }
        return new PictureOutput(
                output.text("name"),
                range[0],
                range[1],
                output.whole("height", 1, LARGEST),
                output.whole("width", 1, LARGEST));
    }

    /**
     * The pictures of one run.
     *
     * @param model for messages
     * @param pictures how many there are to be
     * @throws GeneratorException if the shape is another, or a number is not one
     */
    public List<RgbImage> images(String model, Output sample, int pictures) {
        long[] expected = {pictures, 3, height, width};
        if (!Arrays.equals(sample.shape(), expected)) {
            throw new GeneratorException("%s: output '%s' has the shape %s, expected %s"
                    .formatted(model, name, Arrays.toString(sample.shape()), Arrays.toString(expected)));
        }
        int length = 3 * height * width;
        List<RgbImage> images = new ArrayList<>(pictures);
        for (int p = 0; p < pictures; p++) {
            images.add(image(model, Arrays.copyOfRange(sample.values(), p * length, (p + 1) * length)));
        }
        return images;
    }

    private RgbImage image(String model, float[] values) {
        int plane = height * width;
        byte[] rgb = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            if (Float.isNaN(values[i])) {
                throw new GeneratorException(model + ": the picture has numbers that are not finite (NaN)");
            }
            double unit = Math.clamp((values[i] - black) / (white - black), 0, 1);
            rgb[3 * (i % plane) + i / plane] = (byte) Math.rint(unit * 255);
        }
        return new RgbImage(width, height, rgb);
    }
}
