package dev.finexl.explain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model's entry in the catalogue: its file {@code finexl.json}, which says what goes well with the model. Every field
 * may be missing, and so may the file.
 *
 * @param description one sentence for people
 * @param encoder reference of the encoder that understands this model's pictures
 * @param vocabulary name of the vocabulary to look for
 * @param prompts name of the set of prompts to draw
 * @param sampler how to sample
 * @param heads references of the aspect heads that measure this model's pictures
 */
record ModelDefaults(
        String description, String encoder, String vocabulary, String prompts, Sampler sampler, List<String> heads) {

    /** An entry without any default. */
    static final ModelDefaults EMPTY = new ModelDefaults(null, null, null, null, null, null);

    private static final String FILE = "finexl.json";

    /** Bytes. */
    private static final int LIMIT = 1 << 16;

    /**
     * How to sample, as far as the model's maker says.
     *
     * @param scheduler name of a scheduler, configured from the model's own
     */
    record Sampler(String scheduler, Integer steps, Double guidanceScale, Integer height, Integer width) {

        private static final Sampler NONE = new Sampler(null, null, null, null, null);
    }

    ModelDefaults {
        sampler = sampler == null ? Sampler.NONE : sampler;
        heads = heads == null ? List.of() : heads;
    }

    /**
     * Reads the model's file, or gives an entry without any default where there is none.
     *
     * @throws ModelFileException if the file is there and is larger than 64 KiB or not as expected; a field that is not known is an error
     */
    static ModelDefaults read(ModelFiles files) {
        return files.has(FILE) ? new Reader(files, "", ModelJson.read(files, FILE, LIMIT)).defaults() : EMPTY;
    }

    /**
     * Reads field by field: what Jackson makes for a class takes a start longer.
     *
     * @param prefix of the fields' names in a message
     */
    private record Reader(ModelFiles files, String prefix, ObjectNode json) {

        private static final Set<String> FIELDS =
                Set.of("description", "encoder", "vocabulary", "prompts", "sampler", "heads");
        private static final Set<String> SAMPLER_FIELDS =
                Set.of("scheduler", "steps", "guidanceScale", "height", "width");

        ModelDefaults defaults() {
            requireKnown(FIELDS);
            return new ModelDefaults(
                    text("description"), text("encoder"), text("vocabulary"), text("prompts"), sampler(), heads());
        }

        /** The bounds are those of the request's own fields, which these stand in for. */
        private Sampler sampler() {
            if (!json.hasNonNull("sampler")) {
                return Sampler.NONE;
            }
            if (!(json.get("sampler") instanceof ObjectNode object)) {
                throw wrong("sampler", "an object");
            }
            Reader sampler = new Reader(files, "sampler.", object);
            sampler.requireKnown(SAMPLER_FIELDS);
            return new Sampler(
                    sampler.text("scheduler"),
                    sampler.whole("steps", 1, 1000),
                    sampler.number("guidanceScale", 0, 100),
                    sampler.whole("height", 8, 2048),
                    sampler.whole("width", 8, 2048));
        }

        private List<String> heads() {
            if (!json.hasNonNull("heads")) {
                return List.of();
            }
            List<String> heads = new ArrayList<>();
            for (JsonNode head : json.get("heads")) {
                heads.add(head.textValue());
            }
            if (!json.get("heads").isArray() || heads.contains(null)) {
                throw wrong("heads", "references");
            }
            return List.copyOf(heads);
        }

        private String text(String field) {
            if (json.hasNonNull(field) && !json.get(field).isTextual()) {
                throw wrong(field, "a text");
            }
            return json.path(field).textValue();
        }

        private Integer whole(String field, int least, int most) {
            Double number = number(field, least, most);
            if (number != null && number != Math.rint(number)) {
                throw wrong(field, "a whole number");
            }
            return number == null ? null : number.intValue();
        }

        private Double number(String field, double least, double most) {
            if (!json.hasNonNull(field)) {
                return null;
            }
            JsonNode value = json.get(field);
            // Negated so that NaN, for which every comparison is false, is refused.
            if (!value.isNumber() || !(value.doubleValue() >= least && value.doubleValue() <= most)) {
                throw wrong(field, "a number from %.0f to %.0f".formatted(least, most));
            }
            return value.doubleValue();
        }

        private void requireKnown(Set<String> known) {
            for (Map.Entry<String, JsonNode> entry : json.properties()) {
                if (!known.contains(entry.getKey())) {
                    throw wrong(
                            entry.getKey(), "only " + known.stream().sorted().toList());
                }
            }
        }

        private ModelFileException wrong(String field, String expected) {
            return new ModelFileException(
                    files,
                    FILE,
                    "has the '%s%s' %s, expected %s"
                            .formatted(prefix, field, ModelJson.excerpt(json.get(field)), expected));
        }
    }
}
