package dev.finexl.concept;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads vocabularies as people write them. Two forms are taken, told apart by the first character.
 *
 * <p>JSON, for a vocabulary that is kept:
 *
 * <pre>{@code
 * {
 *   "name": "film",
 *   "description": "What my film LoRAs do.",
 *   "concepts": [
 *     {"name": "film grain", "category": "texture", "wordings": ["grainy", "noisy"], "phrase": "{degree} grainier"},
 *     {"name": "golden hour", "category": "light"}
 *   ]
 * }
 * }</pre>
 *
 * <p>{@code name} and {@code concepts} are required, {@code description} is not; of a concept {@code name} and
 * {@code category} (a {@link Category#label()}) are required. {@code wordings} are the other words that mean the same;
 * without a {@code phrase} (see {@link Phrase}) the standard one of the category is taken. A field of another name is an
 * error, for it would be a misspelt one.
 *
 * <p>Plain text, for a list that is quickly written: one concept on a line, {@code name} or {@code category: name}.
 * Without a category it is a style. Blank lines and lines that start with {@code #} do not count. A colon always ends a
 * category, so that a misspelt one is found instead of becoming a part of a name.
 *
 * <p>A concept that is there twice, with the same category and wordings, counts once.
 *
 * <p>Whatever is read, the answer is a valid vocabulary or a {@link ConceptInputException}.
 */
public final class VocabularyReader {

    private VocabularyReader() {}

    /**
     * Reads a UTF-8 file in either form, of at most 8 MiB. A plain list is named after the file.
     *
     * @throws ConceptInputException if the file cannot be read or is not a valid vocabulary
     */
    public static Vocabulary read(Path file) {
        return vocabulary(Document.read(file));
    }

    /**
     * Reads a text in either form.
     *
     * @param source what messages call the text; also the name of the vocabulary if the text is a plain list
     * @throws ConceptInputException if the text is not a valid vocabulary
     */
    public static Vocabulary parse(String source, String text) {
        return vocabulary(new Document(source, text));
    }

    /**
     * Takes a list of which each entry is what a line of the plain form is. Here every entry counts, also a blank one,
     * which is an error.
     *
     * @param source what messages call the list; also the name of the vocabulary
     * @throws ConceptInputException if an entry or the whole is not valid
     */
    public static Vocabulary ofEntries(String source, List<String> entries) {
        try {
            List<Concept> concepts = new ArrayList<>(entries.size());
            for (int i = 0; i < entries.size(); i++) {
                concepts.add(concept("concepts[%d]".formatted(i), entries.get(i)));
            }
            return new Vocabulary(source, "", withoutRepeats(concepts));
        } catch (ConceptInputException e) {
            throw e.in(source);
        }
    }

    static Vocabulary vocabulary(Document document) {
        try {
            String start = document.text().stripLeading();
            if (start.startsWith("{") || start.startsWith("[")) {
                return VocabularyJson.parse(document.text());
            }
            List<Concept> concepts = new ArrayList<>();
            for (Document.Line line : document.lines()) {
                concepts.add(concept(line.location(), line.text()));
            }
            return new Vocabulary(document.source(), "", withoutRepeats(concepts));
        } catch (ConceptInputException e) {
            throw e.in(document.source());
        }
    }

    /** The concepts without those that say what an earlier one says; of these the first stays. */
    static List<Concept> withoutRepeats(List<Concept> concepts) {
        Set<List<String>> seen = new HashSet<>();
        return concepts.stream()
                .filter(concept -> seen.add(Stream.concat(
                                Stream.of(concept.category().label()),
                                concept.wordings().stream().map(Texts::key))
                        .toList()))
                .toList();
    }

    private static Concept concept(String location, String entry) {
        String text = Texts.line(location, entry, 2 * Concept.MAX_LENGTH);
        int colon = text.indexOf(':');
        Category category = colon < 0
                ? Category.STYLE
                : Category.of(location, text.substring(0, colon).strip());
        try {
            return Concept.named(category, text.substring(colon + 1));
        } catch (ConceptInputException e) {
            throw e.at(location, "");
        }
    }
}
