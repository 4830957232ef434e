package dev.finexl.explain;

import dev.finexl.embed.ClipEncoder;
import dev.finexl.embed.ImageDecoder;
import dev.finexl.embed.RgbImage;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.explain.ExplainListener.Stage;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.CatalogueEntry;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** Reads and embeds two folders of pictures, paired by file name; one picture is in memory at a time. */
final class GivenPairs {

    private final ImageDecoder decoder = new ImageDecoder();
    private final ClipEncoder encoder;
    private final RunScope scope;
    private final ExplainListener listener;

    GivenPairs(ClipEncoder encoder, RunScope scope, ExplainListener listener) {
        this.encoder = encoder;
        this.scope = scope;
        this.listener = listener;
    }

    EmbeddedPairs embed(Comparison.Given given) {
        long total = 2L * given.images();
        listener.progress(Stage.EMBEDDING, 0, total);
        float[][] base = side(Side.BASE, given.base(), given.names(), 0, total);
        float[][] personalized = side(Side.PERSONALIZED, given.personalized(), given.names(), given.images(), total);
        return EmbeddedPairs.of(base, personalized);
    }

    private float[][] side(Side side, CatalogueEntry folder, List<String> names, int before, long total) {
        float[][] embeddings = new float[names.size()][];
        for (int i = 0; i < embeddings.length; i++) {
            RgbImage image = read(folder.files(), names.get(i));
            embeddings[i] = encoder.embedImages(scope, List.of(image))[0];
            listener.image(side, i, image);
            listener.progress(Stage.EMBEDDING, before + i + 1, total);
        }
        return embeddings;
    }

    private RgbImage read(ModelFiles files, String name) {
        try (InputStream in = files.open(name)) {
            return decoder.decode(in, files.reference() + "/" + name);
        } catch (IOException e) {
            throw new ModelFileException(files, name, "cannot be read: " + e.getMessage(), e);
        }
    }
}
