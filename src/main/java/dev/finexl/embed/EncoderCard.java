package dev.finexl.embed;

import dev.finexl.onnx.NetworkCard;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What can be said of an encoder's directory without opening it.
 *
 * @param family {@code model_type} of its configuration, e.g. {@code clip}
 * @param parts its networks, the vision model first where it has its own
 * @param width of the pictures that it sees, in pixels
 * @param height of the pictures that it sees, in pixels
 */
public record EncoderCard(String family, List<NetworkCard> parts, int width, int height) {

    /**
     * @throws EncoderException if there are no networks where they are expected
     * @throws dev.finexl.store.ModelFileException if a file is missing or damaged
     */
    public static EncoderCard read(ModelFiles files) throws IOException {
        String family = ModelJson.read(files, "config.json").path("model_type").asText("");
        List<NetworkCard> parts = new ArrayList<>();
        for (String network : ClipEncoder.layout(files)) {
            parts.add(NetworkCard.read(files, network));
        }
        ClipPreprocessor preprocessor = ClipPreprocessor.open(files);
        return new EncoderCard(ModelJson.excerpt(family), parts, preprocessor.width(), preprocessor.height());
    }
}
