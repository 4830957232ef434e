package dev.finexl.embed;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Token ids of texts, put together from those of their words. Exists because the directions of a vocabulary take thousands of texts
 * made of a few hundred words, and to ask the tokenizer library for each of them was a third of what an explanation takes outside
 * ONNX Runtime.
 *
 * <p>It is what the library says of the whole text, as CLIP's pretokenizer splits at every space and no merge goes beyond. That is
 * relied on for printable ASCII alone, where there is nothing to normalise but case, and for words of ordinary length; every other
 * text goes to the library as it is. Remembers {@value #MOST} words at most. Thread-safe.
 */
final class WordIds {

    /** Some hundred times what a vocabulary and its prompts have. */
    private static final int MOST = 20_000;

    private static final int LONGEST = 40;

    private final Function<String, long[]> library;
    private final Map<String, long[]> words = new ConcurrentHashMap<>();

    /** @param library gives the ids of a text between those of its start and its end */
    WordIds(Function<String, long[]> library) {
        this.library = library;
    }

    /** The ids of a text, with those of its start and its end. */
    long[] of(String text) {
        if (!isPlain(text)) {
            return library.apply(text);
        }
        String[] parts = text.split(" ");
        List<long[]> ids = new ArrayList<>(parts.length);
        int length = 2;
        for (String part : parts) {
            if (part.length() > LONGEST) {
                return library.apply(text);
            }
            long[] word = word(part);
            ids.add(word);
            length += word.length - 2;
        }
        long[] frame = word("");
        long[] all = new long[length];
        all[0] = frame[0];
        int at = 1;
        for (long[] word : ids) {
            System.arraycopy(word, 1, all, at, word.length - 2);
            at += word.length - 2;
        }
        all[at] = frame[1];
        return all;
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }

    private long[] word(String word) {
        long[] known = words.get(word);
        if (known != null) {
            return known;
        }
        long[] ids = library.apply(word);
        if (words.size() >= MOST) {
            words.clear();
        }
        words.put(word, ids);
        return ids;
    }
}
