package dev.finexl.explain;

import dev.finexl.embed.ImageDecoder;
import dev.finexl.embed.RgbImage;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.explain.ExplainListener.Stage;
import dev.finexl.explain.Measurer.Measurement;
import dev.finexl.store.CatalogueEntry;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** Reads and measures two folders of pictures, however they are paired; one picture is in memory at a time. */
final class GivenPairs {

    private static final ImageDecoder DECODER = new ImageDecoder();

    private final Measurer measurer;
    private final ExplainListener listener;

    GivenPairs(Measurer measurer, ExplainListener listener) {
        this.measurer = measurer;
        this.listener = listener;
    }

    EmbeddedPairs embed(Comparison.Given given) {
        long total = (long) given.images(Side.BASE) + given.images(Side.PERSONALIZED);
        listener.progress(Stage.EMBEDDING, 0, total);
        Measurement[] base = side(Side.BASE, given.base(), given.baseNames(), 0, total);
        Measurement[] personalized =
                side(Side.PERSONALIZED, given.personalized(), given.personalizedNames(), base.length, total);
        return EmbeddedPairs.of(
                List.of(base), List.of(personalized), given.pairing().paired());
    }

    /**
     * Measures the pictures of one side.
     *
     * @param before pictures that were done before, for progress
     * @param total pictures in all, for progress
     */
    Measurement[] side(Side side, CatalogueEntry folder, List<String> names, int before, long total) {
        Measurement[] measured = new Measurement[names.size()];
        for (int i = 0; i < measured.length; i++) {
            RgbImage image = read(folder.files(), names.get(i));
            measured[i] = measurer.measure(List.of(image))[0];
            listener.image(side, i, image);
            listener.progress(Stage.EMBEDDING, before + i + 1, total);
        }
        return measured;
    }

    /** Shows all pictures of both sides to a listener, and measures none. */
    static void show(Comparison.Given given, ExplainListener listener) {
        for (Side side : Side.values()) {
            List<String> names = given.names(side);
            for (int i = 0; i < names.size(); i++) {
                listener.image(side, i, read(given.folder(side).files(), names.get(i)));
            }
        }
    }

    private static RgbImage read(ModelFiles files, String name) {
        try (InputStream in = files.open(name)) {
            return DECODER.decode(in, files.reference() + "/" + name);
        } catch (IOException e) {
            throw new ModelFileException(files, name, "cannot be read: " + e.getMessage(), e);
        }
    }
}
