package dev.finexl.evaluate;

import dev.finexl.evaluate.Variants.Variant;
import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.explain.ExplainListener.Stage;
import dev.finexl.explain.ExplanationParts;
import dev.finexl.explain.ExplanationParts.Prepared;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The pictures of all comparisons as the encoder sees them, each made once: what comparisons share, such as the base's
 * side, has one key and so one entry in the cache.
 */
final class Embeddings {

    /** How many times the pictures of an explanation its reference has. */
    private static final int REFERENCE = 10;

    private final ExplanationParts parts;
    private final EmbeddingCache cache;
    private final ExplainListener listener;
    private final Map<Variant, Work> work = new LinkedHashMap<>();
    /** By key, in the order in which they are made. */
    private final Map<String, Chunk> chunks = new LinkedHashMap<>();

    private long sampled;

    /** The pictures of one side with indices from {@code first} on. */
    private record Chunk(Prepared request, Side side, int first, int count) {}

    /** Keys of the two sides of a comparison; the first of each is the explanation's, the others the reference's. */
    private record Work(List<String> base, List<String> personalized) {}

    Embeddings(ExplanationParts parts, EmbeddingCache cache, Variants variants, ExplainListener listener) {
        this.parts = parts;
        this.cache = cache;
        this.listener = listener;
        for (Variant variant : variants.all()) {
            int times = variant.reference() ? REFERENCE : 1;
            work.put(
                    variant,
                    variant.other() == null
                            ? new Work(
                                    keys(variant.prepared(), Side.BASE, times),
                                    keys(variant.prepared(), Side.PERSONALIZED, times))
                            : new Work(
                                    keys(variant.prepared(), Side.BASE, times),
                                    keys(variant.other(), Side.BASE, times)));
        }
    }

    private List<String> keys(Prepared request, Side side, int times) {
        List<String> keys = new ArrayList<>(times);
        for (int i = 0; i < times; i++) {
            Chunk chunk = new Chunk(request, side, i * request.images(), request.images());
            String key = parts.key(request, side, chunk.first(), chunk.count());
            chunks.putIfAbsent(key, chunk);
            keys.add(key);
        }
        return keys;
    }

    /** Makes what the cache does not have. */
    void make() {
        long total = shared();
        long done = 0;
        listener.progress(Stage.SAMPLING, 0, total);
        for (Map.Entry<String, Chunk> entry : chunks.entrySet()) {
            rows(entry.getKey(), done, total);
            done += entry.getValue().count();
            listener.progress(Stage.SAMPLING, done, total);
        }
    }

    private float[][] rows(String key, long before, long total) {
        Chunk chunk = chunks.get(key);
        return cache.rows(key, () -> {
            ExplainListener shifted = new ExplainListener() {
                @Override
                public void progress(Stage stage, long done, long ofChunk) {
                    listener.progress(Stage.SAMPLING, before + done, total);
                }
            };
            float[][] rows = parts.embed(chunk.request(), chunk.side(), chunk.first(), chunk.count(), shifted);
            sampled += rows.length;
            return rows;
        });
    }

    /** The two sides of a comparison. */
    Evidence evidence(Variant variant, Evidence.Concepts concepts) {
        Work of = work.get(variant);
        return Evidence.of(read(of.base().subList(0, 1)), read(of.personalized().subList(0, 1)), concepts);
    }

    /** The two sides with ten times the pictures, those of {@link #evidence} among them. */
    Evidence reference(Variant variant, Evidence.Concepts concepts) {
        Work of = work.get(variant);
        return Evidence.of(read(of.base()), read(of.personalized()), concepts);
    }

    private float[][] read(List<String> keys) {
        return keys.stream()
                .map(key -> rows(key, 0, shared()))
                .flatMap(Arrays::stream)
                .toArray(float[][]::new);
    }

    /** Pictures that were made, rather than found in the cache. */
    long sampled() {
        return sampled;
    }

    /** Pictures that are needed, each counted once. */
    long shared() {
        return chunks.values().stream().mapToLong(Chunk::count).sum();
    }
}
