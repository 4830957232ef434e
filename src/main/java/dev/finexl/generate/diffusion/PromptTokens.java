package dev.finexl.generate.diffusion;

import dev.finexl.embed.ClipTokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A CLIP tokenizer with placeholders: words that stand for tokens which are not in its vocabulary. What is between them is
 * tokenized on its own, as transformers' tokenizers do around added tokens. A placeholder is found in any case, for CLIP has
 * none, and, where it begins or ends like a word, only as a whole one.
 *
 * @param tokenizer for all that is no placeholder
 * @param placeholders that are looked for; of two that begin at one place the longer counts
 */
record PromptTokens(ClipTokenizer tokenizer, List<Placeholder> placeholders) {

    /**
     * A word that stands for tokens with ids in a row.
     *
     * @param first id of the first
     * @param count of tokens, 1 or more
     */
    record Placeholder(String word, long first, int count) {

        boolean standsAt(String text, int at) {
            int end = at + word.length();
            return text.regionMatches(true, at, word, 0, word.length())
                    && !(goesOn(text, at - 1) && goesOn(word, 0))
                    && !(goesOn(text, end) && goesOn(word, word.length() - 1));
        }

        private static boolean goesOn(String text, int at) {
            return at >= 0 && at < text.length() && Character.isLetterOrDigit(text.charAt(at));
        }
    }

    /** The ids of a prompt, as many as the context length. */
    long[] encode(String prompt) {
        int next = next(prompt, 0);
        if (next == prompt.length()) {
            return tokenizer.encode(prompt);
        }
        long[] ids = new long[tokenizer.contextLength()];
        ids[0] = tokenizer.startId();
        int length = 1;
        int from = 0;
        while (from < prompt.length()) {
            length = append(ids, length, inner(prompt.substring(from, next)));
            from = next;
            if (next < prompt.length()) {
                Placeholder found = at(prompt, next);
                length = append(
                        ids,
                        length,
                        IntStream.range(0, found.count())
                                .mapToLong(i -> found.first() + i)
                                .toArray());
                from = next + found.word().length();
                next = next(prompt, from);
            }
        }
        ids[length] = tokenizer.endId();
        Arrays.fill(ids, length + 1, ids.length, tokenizer.paddingId());
        return ids;
    }

    /** What does not fit before the end of text is left out. */
    private static int append(long[] ids, int length, long[] more) {
        int count = Math.min(more.length, ids.length - 1 - length);
        System.arraycopy(more, 0, ids, length, count);
        return length + count;
    }

    private long[] inner(String text) {
        if (text.isBlank()) {
            return new long[0];
        }
        long[] ids = tokenizer.tokenize(text).unpadded();
        return Arrays.copyOfRange(ids, 1, ids.length - 1);
    }

    private int next(String prompt, int from) {
        int next = placeholders.isEmpty() ? prompt.length() : from;
        while (next < prompt.length() && at(prompt, next) == null) {
            next++;
        }
        return next;
    }

    private Placeholder at(String prompt, int at) {
        Placeholder longest = null;
        for (Placeholder one : placeholders) {
            boolean longer =
                    longest == null || one.word().length() > longest.word().length();
            if (longer && one.standsAt(prompt, at)) {
                longest = one;
            }
        }
        return longest;
    }
}
