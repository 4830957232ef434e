package dev.finexl.embed;

import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Turns texts into the token ids of a T5 text encoder, as transformers' {@code T5TokenizerFast} does with {@code
 * padding="max_length"} and {@code truncation=True}: the text's pieces, end of text, padding up to the asked length.
 *
 * <p>Written here because its files come from strangers: a {@code tokenizer.json} holds regular expressions and a binary
 * table ({@link CharacterMap}), and the native tokenizer library aborts the process where these are damaged.
 *
 * <p>Immutable and thread-safe.
 *
 * @see <a href="https://arxiv.org/abs/1804.10959">the unigram language model</a>
 */
public final class T5Tokenizer {

    private final UnigramJson json;

    private T5Tokenizer(UnigramJson json) {
        this.json = json;
    }

    /**
     * Opens a tokenizer.
     *
     * @param folder in which {@code tokenizer.json} stands; empty for the model's root
     * @throws ModelFileException if the file is missing, malformed or larger than 32 MiB, or is no tokenizer of T5
     */
    public static T5Tokenizer open(ModelFiles files, String folder) {
        return new T5Tokenizer(UnigramJson.read(files, folder.isEmpty() ? "" : folder + "/"));
    }

    /**
     * Encodes a text.
     *
     * @param text up to {@link ClipTokenizer#LONGEST_TEXT} UTF-16 units; unpaired surrogates count as U+FFFD
     * @param length how many ids there will be, 1 or more; of a longer text the end is left out, never the end of text
     * @throws IllegalArgumentException if the text is longer
     */
    public long[] encode(String text, int length) {
        if (text.length() > ClipTokenizer.LONGEST_TEXT) {
            throw new IllegalArgumentException("the text has %d characters, at most %d are accepted: '%s…'"
                    .formatted(text.length(), ClipTokenizer.LONGEST_TEXT, text.substring(0, 40)));
        }
        List<Integer> all = new ArrayList<>();
        encode(ClipTokenizer.toScalars(text), all);
        long[] ids = new long[length];
        Arrays.fill(ids, json.padding());
        int kept = Math.min(all.size(), length - 1);
        for (int i = 0; i < kept; i++) {
            ids[i] = all.get(i);
        }
        ids[kept] = json.end();
        return ids;
    }

    /** The id of the padding. */
    long paddingId() {
        return json.padding();
    }

    /** Added tokens are found first, the leftmost and there the longest; what is between them is split into pieces. */
    private void encode(String text, List<Integer> ids) {
        int start = 0;
        int at = 0;
        while (at < text.length()) {
            Optional<UnigramJson.Added> found = json.addedAt(text, at);
            if (found.isEmpty()) {
                at++;
                continue;
            }
            AddedToken token = found.get().token();
            String before = text.substring(start, at);
            encodePlain(token.leftStrip() ? before.stripTrailing() : before, start == 0, ids);
            ids.add(found.get().id());
            at += found.get().length();
            while (token.rightStrip() && at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            start = at;
        }
        encodePlain(text.substring(start), start == 0, ids);
    }

    private void encodePlain(String text, boolean first, List<Integer> ids) {
        if (text.isEmpty()) {
            return;
        }
        for (String word : json.words().split(json.normalizer().apply(text), first)) {
            json.pieces().encode(word, ids);
        }
    }
}
