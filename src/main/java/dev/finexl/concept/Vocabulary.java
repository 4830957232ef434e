package dev.finexl.concept;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The concepts that an explanation may name. A vocabulary answers "which of these?", so it must hold more than one, and
 * no wording may stand for two of them.
 *
 * @param name what it is called in messages and provenance, 1 to {@value #MAX_NAME} characters
 * @param description what it is for, possibly empty, at most {@value #MAX_DESCRIPTION} characters
 * @param concepts {@value #MIN_CONCEPTS} to {@value #MAX_CONCEPTS} concepts with at most {@value #MAX_WORDINGS} wordings
 *     in all. Names and wordings are unique over all concepts, whatever their case and spaces.
 */
public record Vocabulary(String name, String description, List<Concept> concepts) {

    /** The smallest number of concepts. */
    public static final int MIN_CONCEPTS = 2;

    /** The largest number of concepts. */
    public static final int MAX_CONCEPTS = 20_000;

    /** The largest number of wordings of all concepts. It bounds the matrix of directions: 40 000 rows of 768 doubles are 245 MB. */
    public static final int MAX_WORDINGS = 40_000;

    /** The largest number of characters of the name. */
    public static final int MAX_NAME = 255;

    /** The largest number of characters of the description. */
    public static final int MAX_DESCRIPTION = 1_000;

    /** @throws ConceptInputException if one of the rules is broken; concepts are named by index and name */
    public Vocabulary {
        name = Texts.words("name", name, MAX_NAME);
        description = description.isBlank() ? "" : Texts.words("description", description, MAX_DESCRIPTION);
        concepts = List.copyOf(concepts);
        requireCount(concepts);
        requireUnique(concepts);
    }

    /** The number of wordings of all concepts. */
    public int wordingCount() {
        return wordingCount(concepts);
    }

    /**
     * This vocabulary with further concepts behind its own.
     *
     * @throws ConceptInputException if the whole breaks one of the rules
     */
    public Vocabulary with(List<Concept> more) {
        return new Vocabulary(
                name,
                description,
                Stream.concat(concepts.stream(), more.stream()).toList());
    }

    private static void requireCount(List<Concept> concepts) {
        if (concepts.size() < MIN_CONCEPTS) {
            throw new ConceptInputException(
                    "concepts",
                    "must be at least %d, but are %d: an explanation chooses between concepts, and here is nothing to tell apart"
                            .formatted(MIN_CONCEPTS, concepts.size()));
        }
        if (concepts.size() > MAX_CONCEPTS) {
            throw new ConceptInputException(
                    "concepts", "must be at most %d, but are %d".formatted(MAX_CONCEPTS, concepts.size()));
        }
        int wordings = wordingCount(concepts);
        if (wordings > MAX_WORDINGS) {
            throw new ConceptInputException(
                    "concepts", "must have at most %d wordings in all, but have %d".formatted(MAX_WORDINGS, wordings));
        }
    }

    private static int wordingCount(List<Concept> concepts) {
        return concepts.stream().mapToInt(concept -> concept.wordings().size()).sum();
    }

    private static void requireUnique(List<Concept> concepts) {
        Map<String, Concept> owners = new HashMap<>();
        for (int i = 0; i < concepts.size(); i++) {
            Concept concept = concepts.get(i);
            for (String wording : concept.wordings()) {
                Concept owner = owners.putIfAbsent(Texts.key(wording), concept);
                if (owner != null) {
                    throw new ConceptInputException(
                            "concepts[%d]".formatted(i),
                            "(%s) has the wording %s, which already stands for the concept %s; a wording may stand for one only"
                                    .formatted(
                                            Texts.quoted(concept.name()),
                                            Texts.quoted(wording),
                                            Texts.quoted(owner.name())));
                }
            }
        }
    }
}
