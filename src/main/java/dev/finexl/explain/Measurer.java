package dev.finexl.explain;

import dev.finexl.embed.AspectHead;
import dev.finexl.embed.ClipEncoder;
import dev.finexl.embed.ImageEmbeddings;
import dev.finexl.embed.PictureStatistics;
import dev.finexl.embed.RgbImage;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.SharedModels.Lease;
import dev.finexl.store.CatalogueEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Everything that is measured of a picture, in one pass over each batch while it is in memory: its embedding, its
 * statistics, and what the aspect heads make of the embedding or of the picture.
 */
final class Measurer implements AutoCloseable {

    private final ClipEncoder encoder;
    private final RunScope scope;
    private final List<Lease<AspectHead>> heads;

    private Measurer(ClipEncoder encoder, RunScope scope, List<Lease<AspectHead>> heads) {
        this.encoder = encoder;
        this.scope = scope;
        this.heads = heads;
    }

    /**
     * What was measured of one picture.
     *
     * @param embedding of length 1
     * @param statistics {@link PictureStatistics} of the picture
     * @param heads for each head the numbers that it gives
     */
    record Measurement(float[] embedding, float[] statistics, List<float[]> heads) {

        /** The embedding, and behind it the statistics. */
        float[] row() {
            float[] row = Arrays.copyOf(embedding, embedding.length + statistics.length);
            System.arraycopy(statistics, 0, row, embedding.length, statistics.length);
            return row;
        }
    }

    /**
     * Opens the heads and makes sure that they go with the encoder.
     *
     * @throws dev.finexl.embed.EncoderException if one of them does not
     */
    static Measurer open(OpenModels models, ClipEncoder encoder, List<CatalogueEntry> entries, RunScope scope) {
        List<Lease<AspectHead>> heads = new ArrayList<>();
        try {
            for (CatalogueEntry entry : entries) {
                heads.add(models.head(entry));
                heads.getLast().value().requireFits(encoder);
            }
            return new Measurer(encoder, scope, List.copyOf(heads));
        } catch (RuntimeException | Error e) {
            close(heads);
            throw e;
        }
    }

    /** The heads, in the order of their numbers in a {@link Measurement}. */
    List<AspectHead> heads() {
        return heads.stream().map(Lease::value).toList();
    }

    /** Measures a batch. */
    Measurement[] measure(List<RgbImage> images) {
        ImageEmbeddings embeddings = encoder.embedBoth(scope, images);
        List<float[][]> numbers = heads().stream()
                .map(head -> head.measure(scope, encoder, images, embeddings))
                .toList();
        Measurement[] measured = new Measurement[images.size()];
        for (int i = 0; i < measured.length; i++) {
            int picture = i;
            measured[i] = new Measurement(
                    embeddings.unit()[i],
                    PictureStatistics.of(images.get(i)),
                    numbers.stream().map(rows -> rows[picture]).toList());
        }
        return measured;
    }

    @Override
    public void close() {
        close(heads);
    }

    /** Closes all of them even if one fails. */
    private static void close(List<Lease<AspectHead>> leases) {
        if (!leases.isEmpty()) {
            try {
                leases.getLast().close();
            } finally {
                close(leases.subList(0, leases.size() - 1));
            }
        }
    }
}
