package dev.finexl.concept;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A thing that a picture can be: what an explanation may name.
 *
 * @param name the word it is known by, e.g. {@code film grain}
 * @param category the side of a picture it speaks of
 * @param wordings all words that mean it, the name first, no two the same but for case and spaces. Each gets a direction
 *     of its own, for an encoder may know one better than another.
 * @param phrase how a summary says it
 */
public record Concept(String name, Category category, List<String> wordings, Phrase phrase) {

    /** The largest number of characters (code points) of a name or wording. */
    public static final int MAX_LENGTH = 100;

    /** The largest number of wordings, the name among them, of a concept that somebody writes. */
    static final int MAX_WORDINGS = 16;

    /** @throws ConceptInputException with the field {@code name} or {@code wordings}, if one of the rules is broken */
    public Concept {
        Objects.requireNonNull(category, "category");
        Objects.requireNonNull(phrase, "phrase");
        name = wording("name", name);
        wordings = wordings.stream().map(text -> wording("wordings", text)).toList();
        if (wordings.isEmpty() || !wordings.getFirst().equals(name)) {
            throw new ConceptInputException("wordings", "must start with the name");
        }
        Set<String> keys = new HashSet<>();
        for (String wording : wordings) {
            if (!keys.add(Texts.key(wording))) {
                throw new ConceptInputException("wordings", "must not repeat " + Texts.quoted(wording));
            }
        }
    }

    /** A concept that has no other wording than its name, and the standard phrase of its category. */
    static Concept named(Category category, String name) {
        String checked = wording("name", name);
        return new Concept(checked, category, List.of(checked), category.standardPhrase(checked));
    }

    /** A name or wording, checked and with single spaces; braces are refused, since they would break a phrase. */
    static String wording(String field, String text) {
        String words = Texts.words(field, text, MAX_LENGTH);
        if (Texts.hasBraces(words)) {
            throw new ConceptInputException(field, "must not contain braces: " + Texts.quoted(words));
        }
        return words;
    }
}
