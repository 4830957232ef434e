package dev.finexl.explain;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.concept.Vocabulary;
import dev.finexl.concept.VocabularyReader;
import dev.finexl.explain.ExplainRequest.ConceptInput;
import java.util.List;

/** Reads the concepts of a request by the one reader of vocabularies, so that the same rules hold as for files. */
final class RequestConcepts {

    /** What the vocabulary of a request is called. */
    static final String NAME = "request";

    private static final ObjectMapper MAPPER =
            new ObjectMapper().setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

    private RequestConcepts() {}

    private record Document(String name, List<ConceptInput> concepts) {}

    /** @throws dev.finexl.concept.ConceptInputException if a rule of vocabularies is broken */
    static Vocabulary vocabulary(List<ConceptInput> concepts) {
        try {
            return VocabularyReader.parse(NAME, MAPPER.writeValueAsString(new Document(NAME, concepts)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records of strings cannot be written as JSON", e);
        }
    }
}
