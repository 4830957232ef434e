package dev.finexl.embed;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;

/**
 * Turns texts into the token ids of a CLIP text encoder, as transformers' {@code CLIPTokenizer} does with
 * {@code padding="max_length"} and {@code truncation=True}: start of text, byte-level BPE of the lower-case text, end of
 * text, padding up to the context length. A text that is too long loses tokens at its end, never the end of text, at
 * whose place CLIP reads the text's embedding.
 *
 * <p>Thread-safe. Closing waits for texts that are being encoded; after that every use is an
 * {@link IllegalStateException}, where the native library would crash the process.
 */
public final class ClipTokenizer implements AutoCloseable {

    /** The longest text that is encoded, in UTF-16 units. CLIP reads the first 300 or so. */
    public static final int LONGEST_TEXT = 10_000;

    private final HuggingFaceTokenizer tokenizer;
    private final Function<String, long[]> ids;
    private final int contextLength;
    private final long start;
    private final long end;
    private final long padding;
    private final ReadWriteLock closing = new ReentrantReadWriteLock();
    private volatile boolean closed;

    private ClipTokenizer(HuggingFaceTokenizer tokenizer, int contextLength, TokenizerJson json) {
        this.tokenizer = tokenizer;
        this.ids = json.bySpaces() ? new WordIds(this::asked)::of : this::asked;
        this.contextLength = contextLength;
        this.start = json.start();
        this.end = json.end();
        this.padding = json.padding();
    }

    /**
     * Opens the tokenizer of a model whose files say how long its context is.
     *
     * @param folder in which {@code tokenizer.json}, or {@code vocab.json} and {@code merges.txt}, stand; empty for the
     *     model's root
     * @throws ModelFileException if the files are missing, malformed or larger than 32 MiB, or do not make a CLIP
     *     tokenizer, or if {@code tokenizer_config.json} has no usable {@code model_max_length}
     */
    public static ClipTokenizer open(ModelFiles files, String folder) {
        return open(files, folder, Integer.MAX_VALUE);
    }

    /**
     * Opens the tokenizer of a text encoder.
     *
     * @param folder in which {@code tokenizer.json}, or {@code vocab.json} and {@code merges.txt}, stand; empty for the
     *     model's root
     * @param maxPositions {@code max_position_embeddings} of the text encoder: the context is never longer, and this
     *     long where {@code tokenizer_config.json} leaves it open
     * @throws ModelFileException if the files are missing, malformed or larger than 32 MiB, or do not make a CLIP
     *     tokenizer
     */
    public static ClipTokenizer open(ModelFiles files, String folder, int maxPositions) {
        if (maxPositions < 2) {
            throw new IllegalArgumentException("maxPositions is %d, expected 2 or more".formatted(maxPositions));
        }
        String prefix = folder.isEmpty() ? "" : folder + "/";
        TokenizerConfig config = TokenizerConfig.read(files, prefix);
        int contextLength = Math.min(config.maxLength().orElse(maxPositions), maxPositions);
        if (contextLength == Integer.MAX_VALUE) {
            throw new ModelFileException(
                    files, prefix + "tokenizer_config.json", "has no 'model_max_length', the context length");
        }
        BpeVocabulary vocabulary = BpeVocabulary.read(files, prefix);
        TokenizerJson json = TokenizerJson.of(files, vocabulary, config);
        TokenizerLibrary.load();
        try {
            HuggingFaceTokenizer tokenizer = TokenizerLibrary.newTokenizer(json.bytes());
            return new ClipTokenizer(tokenizer, contextLength, json);
        } catch (RuntimeException e) {
            throw new ModelFileException(
                    files, vocabulary.name(), "is refused by the tokenizer library: " + e.getMessage(), e);
        }
    }

    /**
     * Encodes a text.
     *
     * @param text up to {@link #LONGEST_TEXT} UTF-16 units; unpaired surrogates count as U+FFFD
     * @throws IllegalArgumentException if the text is longer
     */
    public TokenSequence tokenize(String text) {
        long[] all = allIds(text);
        int length = Math.min(all.length, contextLength);
        long[] ids = Arrays.copyOf(all, contextLength);
        ids[length - 1] = end;
        Arrays.fill(ids, length, contextLength, padding);
        return new TokenSequence(ids, length, all.length);
    }

    /** Encodes texts, in their order, as {@link #tokenize(String)} does. */
    public List<TokenSequence> tokenize(List<String> texts) {
        return texts.stream().map(this::tokenize).toList();
    }

    /** The ids alone, as many as the context length. */
    public long[] encode(String text) {
        return tokenize(text).ids();
    }

    /** The ids of each text, as many as the context length: {@code [texts][context length]}. */
    public long[][] encode(List<String> texts) {
        return texts.stream().map(this::encode).toArray(long[][]::new);
    }

    /**
     * How many tokens a text needs, start and end included. Above the context length it would be truncated.
     *
     * @throws IllegalArgumentException if the text is longer than {@link #LONGEST_TEXT}
     */
    public int countTokens(String text) {
        return allIds(text).length;
    }

    /** How many ids each text becomes, start and end included. */
    public int contextLength() {
        return contextLength;
    }

    /** The id of the start of text. */
    public long startId() {
        return start;
    }

    /** The id of the end of text. */
    public long endId() {
        return end;
    }

    /** The id of the padding, often the same as the end of text. */
    public long paddingId() {
        return padding;
    }

    private long[] allIds(String text) {
        if (text.length() > LONGEST_TEXT) {
            throw new IllegalArgumentException("the text has %d characters, at most %d are accepted: '%s…'"
                    .formatted(text.length(), LONGEST_TEXT, text.substring(0, 40)));
        }
        requireOpen();
        return ids.apply(text);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the tokenizer is closed");
        }
    }

    /** What the library says of a text. */
    long[] asked(String text) {
        closing.readLock().lock();
        try {
            requireOpen();
            Encoding encoding = tokenizer.encode(toScalars(text));
            return encoding.getIds();
        } finally {
            closing.readLock().unlock();
        }
    }

    /** The native library takes Unicode scalar values only. */
    static String toScalars(String text) {
        int[] scalars = text.codePoints()
                .map(c -> Character.getType(c) == Character.SURROGATE ? 0xFFFD : c)
                .toArray();
        return new String(scalars, 0, scalars.length);
    }

    @Override
    public void close() {
        closing.writeLock().lock();
        try {
            closed = true;
            tokenizer.close();
        } finally {
            closing.writeLock().unlock();
        }
    }
}
