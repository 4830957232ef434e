package dev.finexl.concept;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The concepts in a vision-language model's reply. This is the one gate between what a stranger wrote and the program:
 * out of it come short names of letters, digits, spaces and hyphens, or nothing.
 *
 * <p>Of the reply the first JSON object counts, since models like to wrap an answer in a fence or a polite sentence,
 * which is not read. That object must be {@code {"concepts": [{"name": …, "category": …}, …]}} and have no other field. An
 * entry that is not as asked for is left out, and so are those beyond the limit; a warning counts them without quoting.
 * A name that the vocabulary has already, whatever its case and hyphens, is left out in silence, for it is a candidate
 * anyhow.
 *
 * @param concepts that can be added to the vocabulary
 * @param warnings for the reader of the explanation
 */
record ProposalReply(List<Concept> concepts, List<String> warnings) {

    /** The largest number of words of a name. */
    static final int MAX_WORDS = 5;

    private static final Pattern NAME = Pattern.compile(
            "(?=.*\\p{L})[\\p{L}\\p{Nd}][\\p{L}\\p{M}\\p{Nd}-]*(?: [\\p{L}\\p{Nd}][\\p{L}\\p{M}\\p{Nd}-]*){0,%d}"
                    .formatted(MAX_WORDS - 1));

    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(4)
                    .maxNameLength(100)
                    .maxStringLength(10_000)
                    .maxDocumentLength(1 << 18)
                    .build())
            .build());

    /**
     * @param text the reply; null for an empty one
     * @param known the vocabulary to which the concepts will be added
     * @param limit most concepts to take
     */
    static ProposalReply read(String text, Vocabulary known, int limit) {
        Optional<JsonNode> entries = entries(text);
        if (entries.isEmpty()) {
            return new ProposalReply(
                    List.of(),
                    List.of(
                            "The concept proposer's reply was not used: it is not the JSON object that was asked for."));
        }
        int room = Math.min(
                Vocabulary.MAX_CONCEPTS - known.concepts().size(), Vocabulary.MAX_WORDINGS - known.wordingCount());
        Set<String> keys = new HashSet<>();
        known.concepts().forEach(concept -> concept.wordings().forEach(wording -> keys.add(key(wording))));
        List<Concept> concepts = new ArrayList<>();
        int invalid = 0;
        int beyond = 0;
        for (JsonNode entry : entries.get()) {
            Optional<Concept> concept = concept(entry);
            if (concept.isEmpty()) {
                invalid++;
            } else if (keys.add(key(concept.get().name()))) {
                if (concepts.size() < Math.min(limit, room)) {
                    concepts.add(concept.get());
                } else {
                    beyond++;
                }
            }
        }
        return new ProposalReply(List.copyOf(concepts), warnings(entries.get().size(), invalid, beyond));
    }

    private static List<String> warnings(int named, int invalid, int beyond) {
        List<String> warnings = new ArrayList<>();
        if (invalid > 0) {
            warnings.add(
                    "Of %d concepts that the concept proposer named, %d were not used: they are not 1 to %d words with a known category."
                            .formatted(named, invalid, MAX_WORDS));
        }
        if (beyond > 0) {
            warnings.add(
                    "Of %d concepts that the concept proposer named, %d were not used: they are more than may be added."
                            .formatted(named, beyond));
        }
        return List.copyOf(warnings);
    }

    private static Optional<JsonNode> entries(String text) {
        int start = text == null ? -1 : text.indexOf('{');
        if (start < 0) {
            return Optional.empty();
        }
        try {
            JsonNode object = MAPPER.readTree(text.substring(start));
            JsonNode entries = object.path("concepts");
            return object.size() == 1 && entries.isArray() ? Optional.of(entries) : Optional.empty();
        } catch (JsonProcessingException notJson) {
            return Optional.empty();
        }
    }

    private static Optional<Concept> concept(JsonNode entry) {
        JsonNode name = entry.path("name");
        JsonNode category = entry.path("category");
        boolean asked = entry.size() == 2 && name.isTextual() && category.isTextual();
        if (!asked
                || name.textValue().length() > Concept.MAX_LENGTH
                || !NAME.matcher(name.textValue()).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Concept.named(Category.of("category", category.textValue()), name.textValue()));
        } catch (ConceptInputException unknownCategory) {
            return Optional.empty();
        }
    }

    /** Equal for wordings that differ in case, spaces or hyphens alone, as "low-poly" and "low poly" do. */
    private static String key(String wording) {
        return Texts.key(wording).replace('-', ' ');
    }
}
