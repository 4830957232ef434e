package dev.finexl.generate.described;

import dev.finexl.onnx.NetworkCard;
import dev.finexl.store.ModelFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What can be said of a directory with a {@code generator.json} without opening its networks.
 *
 * @param kind {@code gan} or {@code autoregressive}
 * @param parts its networks, apart from those that it leaves to its base
 * @param width of its pictures, in pixels
 * @param height of its pictures, in pixels
 */
public record GeneratorCard(String kind, List<NetworkCard> parts, int width, int height) {

    /** The fields that name networks. */
    private static final List<String> NETWORKS = List.of("generator", "decoder", "image_decoder");

    /** @throws dev.finexl.store.ModelFileException if a file is damaged, or the description lacks what it must say */
    public static GeneratorCard read(ModelFiles files) throws IOException {
        GeneratorJson json = GeneratorJson.read(files);
        List<NetworkCard> parts = new ArrayList<>();
        for (String field : NETWORKS) {
            if (json.has(field) && files.has(json.text(field))) {
                parts.add(NetworkCard.read(files, json.text(field)));
            }
        }
        PictureOutput output = PictureOutput.read(json);
        return new GeneratorCard(GeneratorKind.of(files).label(), parts, output.width(), output.height());
    }
}
