package dev.finexl.concept;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;

/**
 * What somebody wants of pictures, in the concepts of a vocabulary.
 *
 * @param items what was understood, in the order in which it was said; no concept twice
 * @param ignored what was said and not understood, in its order
 */
public record Wish(List<Item> items, List<String> ignored) {

    /** What is asked of a concept. */
    public enum Ask {
        /** That pictures show it. */
        WANTED("wanted"),
        /** That they do not show it too much: "not too dark". */
        NOT_TOO_MUCH("not too much"),
        /** That they do not show it. */
        UNWANTED("unwanted");

        private final String label;

        Ask(String label) {
            this.label = label;
        }

        /** The name in JSON. */
        @JsonValue
        public String label() {
            return label;
        }
    }

    /**
     * One thing that was said.
     *
     * @param concept name of the concept
     * @param ask what is asked of it
     * @param degree how much of it is wanted; clearly where nothing was said, or it is not wanted
     * @param said the words for the concept
     * @param similarity of the words' direction to the concept's, up to 1, where the vocabulary does not have the words; null
     *     where it has
     */
    public record Item(String concept, Ask ask, Degree degree, String said, Double similarity) {}

    /** Finds the concepts that come nearest to words that no vocabulary has. */
    @FunctionalInterface
    public interface Nearest {

        /** Finds none. */
        Nearest NONE = phrases -> phrases.stream().map(_ -> (Near) null).toList();

        /**
         * Finds concepts.
         *
         * @param phrases at least one
         * @return for each phrase the nearest concept; null where none is near enough
         */
        List<Near> of(List<String> phrases);
    }

    /**
     * A concept that is near to some words.
     *
     * @param concept its name
     * @param similarity cosine of the directions
     */
    public record Near(String concept, double similarity) {}
}
