package dev.finexl.explain;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.finexl.concept.Vocabulary;
import dev.finexl.concept.VocabularyReader;
import dev.finexl.explain.ExplainRequest.ConceptInput;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;

/**
 * Reads the concepts of a request by the one reader of vocabularies, so that the same rules hold as for files. They are written word for
 * word, since a mapper would first look at their class by reflection, which every start would wait for.
 */
final class RequestConcepts {

    /** What the vocabulary of a request is called. */
    static final String NAME = "request";

    private static final JsonFactory JSON = new JsonFactory();

    private RequestConcepts() {}

    /** @throws dev.finexl.concept.ConceptInputException if a rule of vocabularies is broken */
    static Vocabulary vocabulary(List<ConceptInput> concepts) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("name", NAME);
            json.writeArrayFieldStart("concepts");
            for (ConceptInput concept : concepts) {
                write(json, concept);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("strings cannot be written as JSON", e);
        }
        return VocabularyReader.parse(NAME, text.toString());
    }

    private static void write(JsonGenerator json, ConceptInput concept) throws IOException {
        if (concept == null) {
            json.writeNull();
            return;
        }
        json.writeStartObject();
        write(json, "name", concept.name());
        write(json, "category", concept.category());
        if (concept.wordings() != null) {
            json.writeArrayFieldStart("wordings");
            for (String wording : concept.wordings()) {
                json.writeString(wording);
            }
            json.writeEndArray();
        }
        write(json, "phrase", concept.phrase());
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, String field, String value) throws IOException {
        if (value != null) {
            json.writeStringField(field, value);
        }
    }
}
