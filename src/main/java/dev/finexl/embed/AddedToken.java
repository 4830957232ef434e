package dev.finexl.embed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * A token that a tokenizer finds in the text as a whole, before any splitting: CLIP's start and end of text, the
 * padding, or a word that was added later.
 *
 * @param content the text it stands for
 * @param normalized whether it is looked for in the normalised (lower-case) text; else in the text as given
 * @param leftStrip whether it swallows the white space before it
 * @param rightStrip whether it swallows the white space after it
 * @param singleWord whether it is found only where it is a word of its own
 * @param special whether it has a meaning of its own, as the start of text has
 */
record AddedToken(
        String content,
        boolean normalized,
        boolean leftStrip,
        boolean rightStrip,
        boolean singleWord,
        boolean special) {

    /** A special token of which only the text is known, with the properties that transformers gives it. */
    static AddedToken special(String content) {
        return new AddedToken(content, false, false, false, false, true);
    }

    /** A word that was added to the vocabulary, as textual inversion does. */
    static AddedToken word(String content) {
        return new AddedToken(content, true, false, false, false, false);
    }

    /**
     * Reads a token as tokenizer configurations write it: a string, or an object with {@code content}.
     *
     * @param special what holds if the object does not say it
     * @return empty if the node is neither, or the token has no text
     */
    static Optional<AddedToken> of(JsonNode node, boolean special) {
        if (node.isTextual()) {
            return Optional.of(special(node.textValue())).filter(AddedToken::hasText);
        }
        AddedToken token = new AddedToken(
                node.path("content").asText(""),
                node.path("normalized").asBoolean(false),
                node.path("lstrip").asBoolean(false),
                node.path("rstrip").asBoolean(false),
                node.path("single_word").asBoolean(false),
                node.path("special").asBoolean(special));
        return Optional.of(token).filter(AddedToken::hasText);
    }

    private boolean hasText() {
        return !content.isEmpty();
    }

    /** Writes the token as an element of {@code added_tokens} in {@code tokenizer.json}. */
    void write(ObjectNode target, int id) {
        target.put("id", id)
                .put("content", content)
                .put("single_word", singleWord)
                .put("lstrip", leftStrip)
                .put("rstrip", rightStrip)
                .put("normalized", normalized)
                .put("special", special);
    }
}
