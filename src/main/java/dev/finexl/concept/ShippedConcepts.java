package dev.finexl.concept;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The vocabularies and prompt sets that ship with the program, by name: the miniature's own words, and curated ones for
 * real models. They are read by the same readers as a user's files.
 */
public final class ShippedConcepts {

    /** {@code mini}: the miniature's aspects, shapes and places. {@code general}: for real models. */
    public static final List<String> VOCABULARIES = List.of("mini", "general");

    /** {@code mini}: the miniature's captions. {@code general} (50), {@code portrait} and {@code artwork}: for real models. */
    public static final List<String> PROMPT_SETS = List.of("mini", "general", "portrait", "artwork");

    /** Every request asks for one of each, and they cannot change while the program runs. */
    private static final Map<String, Vocabulary> READ_VOCABULARIES = new ConcurrentHashMap<>();

    private static final Map<String, PromptSet> READ_PROMPT_SETS = new ConcurrentHashMap<>();

    private ShippedConcepts() {}

    /**
     * Reads a shipped vocabulary.
     *
     * @throws ConceptInputException if none of {@link #VOCABULARIES} has this name
     */
    public static Vocabulary vocabulary(String name) {
        requireKnown("vocabulary", name, VOCABULARIES);
        return READ_VOCABULARIES.computeIfAbsent(
                name, known -> VocabularyReader.vocabulary(resource(known, "/vocabularies/" + known + ".json")));
    }

    /**
     * Reads a shipped prompt set.
     *
     * @throws ConceptInputException if none of {@link #PROMPT_SETS} has this name
     */
    public static PromptSet promptSet(String name) {
        requireKnown("prompts", name, PROMPT_SETS);
        return READ_PROMPT_SETS.computeIfAbsent(
                name, known -> PromptSet.promptSet(resource(known, "/prompts/" + known + ".txt")));
    }

    private static void requireKnown(String field, String name, List<String> known) {
        if (!known.contains(name)) {
            throw new ConceptInputException(
                    field, "must be one of %s, but is %s".formatted(String.join(", ", known), Texts.quoted(name)));
        }
    }

    private static Document resource(String name, String path) {
        try (InputStream in = ShippedConcepts.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("the resource %s is missing from the program".formatted(path));
            }
            return Document.read(name, in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
