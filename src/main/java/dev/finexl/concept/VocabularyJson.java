package dev.finexl.concept;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The JSON form of a vocabulary, read token by token: so a hostile document is refused at its first fault, before a tree
 * is built of it, and the fault is reported with the concept and the field in which it stands.
 */
final class VocabularyJson {

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(4)
                    .maxNameLength(100)
                    .maxStringLength(10_000)
                    .build())
            .build();

    private final JsonParser parser;

    private VocabularyJson(JsonParser parser) {
        this.parser = parser;
    }

    static Vocabulary parse(String text) {
        try (JsonParser parser = JSON.createParser(text)) {
            parser.nextToken();
            Vocabulary vocabulary = new VocabularyJson(parser).vocabulary();
            if (parser.nextToken() != null) {
                throw new ConceptInputException("the text", "must end after the vocabulary, but goes on");
            }
            return vocabulary;
        } catch (JsonProcessingException e) {
            throw new ConceptInputException("the text", "is not JSON as expected here: " + describe(e));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Vocabulary vocabulary() throws IOException {
        require(JsonToken.START_OBJECT, "the text", "a JSON object with the fields name, description and concepts");
        String name = null;
        String description = "";
        List<Concept> concepts = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "name" -> name = string(field);
                case "description" -> description = string(field);
                case "concepts" -> concepts = concepts();
                default -> throw unknown(field, "name, description, concepts");
            }
        }
        if (concepts == null) {
            throw new ConceptInputException("concepts", "is missing");
        }
        return new Vocabulary(name, description, VocabularyReader.withoutRepeats(concepts));
    }

    private List<Concept> concepts() throws IOException {
        require(JsonToken.START_ARRAY, "concepts", "an array of objects");
        List<Concept> concepts = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            concepts.add(new ConceptFields().read("concepts[%d]".formatted(concepts.size())));
        }
        return concepts;
    }

    /** What has been read of one concept; its name, once known, stands in the message of any fault. */
    private final class ConceptFields {
        private String name;
        private Category category;
        private Phrase phrase;
        private List<String> others = List.of();

        Concept read(String location) throws IOException {
            require(JsonToken.START_OBJECT, location, "an object with the fields name, category, wordings and phrase");
            try {
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String field = parser.currentName();
                    parser.nextToken();
                    switch (field) {
                        case "name" -> name = Concept.wording(field, string(field));
                        case "category" -> category = Category.of(field, string(field));
                        case "wordings" -> others = strings(field);
                        case "phrase" -> phrase = new Phrase(string(field));
                        default -> throw unknown(field, "name, category, wordings, phrase");
                    }
                }
                return concept();
            } catch (ConceptInputException e) {
                String note = name == null ? "" : " (concept %s)".formatted(Texts.quoted(name));
                throw e.at(location + "." + e.field(), note);
            }
        }

        private Concept concept() {
            if (name == null) {
                throw new ConceptInputException("name", "is missing");
            }
            if (category == null) {
                throw new ConceptInputException("category", "is missing");
            }
            List<String> wordings = new ArrayList<>(others.size() + 1);
            wordings.add(name);
            wordings.addAll(others);
            if (wordings.size() > Concept.MAX_WORDINGS) {
                throw new ConceptInputException(
                        "wordings",
                        "must be at most %d with the name among them, but are %d"
                                .formatted(Concept.MAX_WORDINGS, wordings.size()));
            }
            return new Concept(name, category, wordings, phrase == null ? category.standardPhrase(name) : phrase);
        }
    }

    private List<String> strings(String field) throws IOException {
        require(JsonToken.START_ARRAY, field, "an array of strings");
        List<String> strings = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            strings.add(string(field + "[%d]".formatted(strings.size())));
        }
        return strings;
    }

    private String string(String field) throws IOException {
        require(JsonToken.VALUE_STRING, field, "a string");
        return parser.getText();
    }

    private void require(JsonToken token, String field, String expected) {
        if (parser.currentToken() != token) {
            throw new ConceptInputException(field, "must be " + expected);
        }
    }

    private static ConceptInputException unknown(String field, String known) {
        return new ConceptInputException(Texts.quoted(field), "is not a field that is known here; those are " + known);
    }

    private static String describe(JsonProcessingException e) {
        String message = Texts.quoted(e.getOriginalMessage());
        return e.getLocation() == null
                ? message
                : "line %d, column %d: %s"
                        .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr(), message);
    }
}
