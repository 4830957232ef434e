package dev.finexl.embed;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * How a sentencepiece tokenizer cuts a text into words: spaces become {@code ▁}, and each word begins with its own.
 *
 * @param atSpaces whether words are what white space separates, whatever that is; else only spaces count
 * @param prefix whether a word without {@code ▁} gets one
 */
record WordSplitter(boolean atSpaces, Prefix prefix) {

    static final char MARK = '▁';

    private static final Pattern SPACES = Pattern.compile("\\p{IsWhite_Space}+");

    /** Where {@code ▁} is put before a word that does not have it. */
    enum Prefix {
        ALWAYS,
        /** Only at the beginning of the text. */
        FIRST,
        NEVER
    }

    /** @param first whether this is the beginning of the whole text, no token before it */
    List<String> split(String text, boolean first) {
        List<String> words = new ArrayList<>();
        List<String> stretches = atSpaces ? List.of(SPACES.split(text)) : List.of(text);
        for (int i = 0; i < stretches.size(); i++) {
            if (!stretches.get(i).isEmpty()) {
                String marked = stretches.get(i).replace(' ', MARK);
                boolean missing = marked.charAt(0) != MARK;
                boolean wanted = prefix == Prefix.ALWAYS || prefix == Prefix.FIRST && first && i == 0;
                cut(missing && wanted ? MARK + marked : marked, words);
            }
        }
        return words;
    }

    private static void cut(String marked, List<String> words) {
        int start = 0;
        for (int next = marked.indexOf(MARK, 1); next > 0; next = marked.indexOf(MARK, start + 1)) {
            words.add(marked.substring(start, next));
            start = next;
        }
        words.add(marked.substring(start));
    }
}
