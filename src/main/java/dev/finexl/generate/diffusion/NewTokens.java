package dev.finexl.generate.diffusion;

import dev.finexl.generate.GeneratorException;
import dev.finexl.generate.TextualInversion;
import dev.finexl.generate.diffusion.PromptTokens.Placeholder;
import dev.finexl.generate.lora.LoraPart;
import dev.finexl.onnx.OnnxGraph;
import dev.finexl.onnx.OnnxInitializer;
import dev.finexl.store.Floats;
import dev.finexl.store.NativeMemory;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Tokens that a CLIP text encoder gets besides its vocabulary. An export has its token embeddings as one table that a Gather
 * reads by id; a longer table takes further ids.
 *
 * @param table the encoder's table with the new rows at its end, by initializer
 * @param placeholders what stands for them in prompts
 */
record NewTokens(Map<String, ByteBuffer> table, List<Placeholder> placeholders) {

    private static final String TABLE = "token_embedding.weight";

    /**
     * @param only whether the model has this CLIP text encoder alone
     * @throws GeneratorException if one of the inversions is not for this encoder
     */
    static NewTokens of(OnnxGraph graph, LoraPart part, boolean only, List<TextualInversion> inversions) {
        OnnxInitializer old = graph.initializers().values().stream()
                .filter(one -> one.name().endsWith(TABLE) && one.shape().rank() == 2 && Floats.convertible(one.type()))
                .findFirst()
                .orElseThrow(() -> new GeneratorException(
                        "%s: %s has no table '%s' of float numbers, which textual inversions would be added to"
                                .formatted(graph.files().reference(), graph.name(), TABLE)));
        List<Placeholder> placeholders = new ArrayList<>();
        List<float[]> rows = new ArrayList<>();
        for (TextualInversion inversion : inversions) {
            List<float[]> vectors = vectors(inversion, part, only, old.shape().dim(1));
            placeholders.add(new Placeholder(inversion.token(), old.shape().dim(0) + rows.size(), vectors.size()));
            rows.addAll(vectors);
        }
        return new NewTokens(Map.of(old.name(), longer(graph, old, rows)), List.copyOf(placeholders));
    }

    private static List<float[]> vectors(TextualInversion inversion, LoraPart part, boolean only, long width) {
        boolean two = inversion.tables().size() == 2;
        if (two == only) {
            throw new GeneratorException(
                    "%s is for %s, the model has %s".formatted(inversion.name(), encoders(two), encoders(!only)));
        }
        TextualInversion.Table table = only
                ? inversion.tables().values().iterator().next()
                : inversion
                        .tables()
                        .get(part == LoraPart.TEXT_ENCODER ? TextualInversion.FIRST : TextualInversion.SECOND);
        if (table.width() != width) {
            throw new GeneratorException(
                    "%s has vectors of %d numbers, the model's %s has token embeddings of %d: it was made for another model"
                            .formatted(inversion.name(), table.width(), part.folder(), width));
        }
        return table.vectors();
    }

    private static String encoders(boolean two) {
        return two ? "two CLIP text encoders" : "one CLIP text encoder";
    }

    private static ByteBuffer longer(OnnxGraph graph, OnnxInitializer old, List<float[]> rows) {
        long rowBytes = old.byteSize() / old.shape().dim(0);
        MemorySegment table = NativeMemory.allocate(old.byteSize() + rowBytes * rows.size());
        try {
            table.copyFrom(graph.bytes(old));
        } catch (IOException e) {
            throw new GeneratorException(
                    "%s: the token embeddings of %s cannot be read: %s"
                            .formatted(graph.files().reference(), graph.name(), e.getMessage()),
                    e);
        }
        long at = old.shape().elements();
        for (float[] row : rows) {
            Floats.store(old.type(), row, table, at);
            at += row.length;
        }
        return table.asByteBuffer().order(ByteOrder.nativeOrder());
    }

    /** A tokenizer that knows the placeholders too. */
    PromptTokens addedTo(PromptTokens tokens) {
        List<Placeholder> all = new ArrayList<>(tokens.placeholders());
        all.addAll(placeholders);
        return new PromptTokens(tokens.tokenizer(), List.copyOf(all));
    }
}
