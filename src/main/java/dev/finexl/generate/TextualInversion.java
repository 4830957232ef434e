package dev.finexl.generate;

import dev.finexl.store.ElementType;
import dev.finexl.store.Floats;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.Safetensors;
import dev.finexl.store.TensorShape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A textual inversion (arXiv 2208.01618): token embeddings that were learned for a word of their own, and stand in a prompt
 * wherever the word does.
 *
 * <p>Three forms are read: diffusers' one tensor, which is called as the word is; A1111's {@code emb_params}; and those for
 * two text encoders, {@code clip_l} and {@code clip_g}. Each is one vector or several, {@code [width]} or {@code [tokens,
 * width]}; several stand for as many tokens in a row.
 *
 * @param name how messages call the file
 * @param token the word
 * @param tables by key of the file
 */
public record TextualInversion(String name, String token, Map<String, Table> tables) {

    /** The table of a first text encoder, where there are two. */
    public static final String FIRST = "clip_l";

    /** That of a second. */
    public static final String SECOND = "clip_g";

    private static final String UNNAMED = "emb_params";
    /** CLIP reads 77 tokens, two of which are the text's ends. */
    private static final int MOST_TOKENS = 75;

    private static final int LONGEST_TOKEN = 100;
    private static final Set<String> NAMES = Set.of(FIRST, SECOND, UNNAMED);

    /**
     * Learned embeddings.
     *
     * @param vectors one for each token, all of one width, finite
     */
    public record Table(List<float[]> vectors) {

        /** Numbers in a vector. */
        public int width() {
            return vectors.getFirst().length;
        }
    }

    /**
     * Whether a file looks like one, rather than like a LoRA.
     *
     * @throws dev.finexl.store.ModelFileException if there is no such file or it is no safetensors file
     */
    public static boolean isOne(ModelFiles files, String name) throws IOException {
        Safetensors tensors = Safetensors.read(files, name);
        return tensors.names().stream().anyMatch(NAMES::contains)
                || tensors.names().size() == 1
                        && tensors.shape(tensors.names().iterator().next()).rank() <= 2;
    }

    /**
     * Reads and checks a file.
     *
     * @param token the word; null for the one that the file names, or else its own name without ending
     * @throws GeneratorException if it is no textual inversion; the message names the tensor
     * @throws dev.finexl.store.ModelFileException if there is no such file or it is no safetensors file
     */
    public static TextualInversion read(ModelFiles files, String name, String token) throws IOException {
        Safetensors tensors = Safetensors.read(files, name);
        Set<String> keys = tensors.names();
        boolean two = keys.equals(Set.of(FIRST, SECOND));
        if (keys.size() != 1 && !two) {
            List<String> some = keys.stream().limit(3).toList();
            throw new GeneratorException(
                    "%s has %d tensors, as %s; expected the one of a textual inversion, or %s and %s"
                            .formatted(tensors.file(), keys.size(), some, FIRST, SECOND));
        }
        Map<String, Table> tables = new TreeMap<>();
        for (String key : keys) {
            tables.put(key, table(tensors, key));
        }
        if (two
                && tables.get(FIRST).vectors().size()
                        != tables.get(SECOND).vectors().size()) {
            throw new GeneratorException("%s: %s has %d vectors and %s %d; expected as many"
                    .formatted(
                            tensors.file(),
                            FIRST,
                            tables.get(FIRST).vectors().size(),
                            SECOND,
                            tables.get(SECOND).vectors().size()));
        }
        String key = keys.iterator().next();
        String own =
                NAMES.contains(key) ? name.substring(name.lastIndexOf('/') + 1).replaceFirst("[.][^.]*$", "") : key;
        String word = (token == null ? own : token).strip();
        if (word.isEmpty() || word.length() > LONGEST_TOKEN) {
            throw new GeneratorException("%s: the placeholder token has %d characters, expected 1 to %d"
                    .formatted(tensors.file(), word.length(), LONGEST_TOKEN));
        }
        return new TextualInversion(tensors.file(), word, tables);
    }

    private static Table table(Safetensors tensors, String key) {
        TensorShape shape = tensors.shape(key);
        ElementType type = tensors.type(key);
        long rows = shape.rank() == 2 ? shape.dim(0) : 1;
        long width = shape.rank() == 2 ? shape.dim(1) : shape.rank() == 1 ? shape.dim(0) : 0;
        if (!Floats.convertible(type) || rows < 1 || rows > MOST_TOKENS || width < 1) {
            throw new GeneratorException(
                    "%s: '%s' is %s %s; expected [width] or [tokens, width] of F32, F16 or BF16, with at most %d tokens"
                            .formatted(tensors.file(), key, type, shape, MOST_TOKENS));
        }
        float[] values = tensors.floats(key);
        List<float[]> vectors = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            float[] vector = new float[(int) width];
            System.arraycopy(values, row * vector.length, vector, 0, vector.length);
            for (float value : vector) {
                if (!Float.isFinite(value)) {
                    throw new GeneratorException(
                            "%s: '%s' has the value %s; expected finite numbers".formatted(tensors.file(), key, value));
                }
            }
            vectors.add(vector);
        }
        return new Table(List.copyOf(vectors));
    }

    /** How many tokens the word stands for. */
    public int tokens() {
        return tables.values().iterator().next().vectors().size();
    }
}
