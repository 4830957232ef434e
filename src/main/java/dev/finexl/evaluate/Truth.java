package dev.finexl.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a personalisation was made to change, as its {@code truth.json} says. All empty is a null personalisation, which
 * changed nothing that has a name.
 *
 * @param base id of the model that it was made of; null where the file does not say
 * @param aspects concept → level that it was trained at, above 0 and at most 1; at most {@value #MOST_ASPECTS}
 * @param subject what every object was turned into; null for nothing
 * @param place where everything was moved; null for nowhere
 * @param stack names of other personalisations of the zoo, LoRAs, of which it is made, each with its weight; none for one that
 *     is made of what lies in its own folder; at most {@value #MOST_ASPECTS}
 */
public record Truth(String base, Map<String, Double> aspects, String subject, String place, Map<String, Double> stack) {

    static final String FILE = "truth.json";

    private static final int LIMIT = 1 << 16;
    private static final int MOST_ASPECTS = 16;
    private static final int LONGEST = 200;

    /**
     * Reads the file. {@code aspects}, {@code subject} and {@code place} must be there, so that a misspelt field is not
     * taken for a null personalisation; other fields are for people.
     *
     * @throws ModelFileException if the file is missing or not as expected; the message names the field
     */
    static Truth read(ModelFiles files) {
        ObjectNode json = ModelJson.read(files, FILE, LIMIT);
        JsonNode aspects = required(files, json, "aspects");
        if (!aspects.isObject() || aspects.size() > MOST_ASPECTS) {
            throw wrong(files, "aspects", "an object of at most %d aspects".formatted(MOST_ASPECTS), aspects);
        }
        Map<String, Double> levels = new LinkedHashMap<>();
        aspects.properties().forEach(aspect -> {
            String field = "aspects." + ModelJson.excerpt(aspect.getKey());
            levels.put(word(files, field, aspect.getKey()), level(files, field, aspect.getValue()));
        });
        return new Truth(
                json.hasNonNull("base") ? text(files, "base", json.get("base")) : null,
                Map.copyOf(levels),
                text(files, "subject", required(files, json, "subject")),
                text(files, "place", required(files, json, "place")),
                json.hasNonNull("stack") ? stack(files, json.get("stack")) : Map.of());
    }

    private static Map<String, Double> stack(ModelFiles files, JsonNode json) {
        if (!json.isObject() || json.isEmpty() || json.size() > MOST_ASPECTS) {
            throw wrong(files, "stack", "an object of 1 to %d LoRAs".formatted(MOST_ASPECTS), json);
        }
        Map<String, Double> weights = new LinkedHashMap<>();
        json.properties().forEach(lora -> {
            String field = "stack." + ModelJson.excerpt(lora.getKey());
            if (!lora.getValue().isNumber() || !Double.isFinite(lora.getValue().asDouble())) {
                throw wrong(files, field, "a finite weight", lora.getValue());
            }
            weights.put(word(files, field, lora.getKey()), lora.getValue().asDouble());
        });
        return Collections.unmodifiableMap(weights);
    }

    private static JsonNode required(ModelFiles files, ObjectNode json, String field) {
        if (!json.has(field)) {
            throw new ModelFileException(files, FILE, "lacks the field '%s'".formatted(field));
        }
        return json.get(field);
    }

    private static double level(ModelFiles files, String field, JsonNode value) {
        if (!value.isNumber() || !(value.asDouble() > 0 && value.asDouble() <= 1)) {
            throw wrong(files, field, "a level above 0 and at most 1", value);
        }
        return value.asDouble();
    }

    private static String text(ModelFiles files, String field, JsonNode value) {
        if (value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw wrong(files, field, "a text or null", value);
        }
        return word(files, field, value.asText());
    }

    private static String word(ModelFiles files, String field, String text) {
        if (text.isBlank() || text.length() > LONGEST) {
            throw wrong(files, field, "1 to %d characters".formatted(LONGEST), text);
        }
        return text;
    }

    private static ModelFileException wrong(ModelFiles files, String field, String expected, Object found) {
        return new ModelFileException(
                files, FILE, "has '%s' %s, expected %s".formatted(field, ModelJson.excerpt(found), expected));
    }
}
