package dev.finexl.embed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a {@code head.json} says. Exists because an ONNX file names its tensors but not what their numbers mean, and a
 * number without a name, a unit and a direction says nothing in an explanation.
 *
 * <p>The file is an object with {@code name}, {@code input} and {@code outputs}, and optionally {@code encoder},
 * {@code normalized}, {@code output}, {@code unit}, {@code description} and {@code training}; each output has a
 * {@code name} and optionally {@code direction}, {@code unit}, {@code mean_absolute_error} and {@code correlation}. A
 * field that is not known is an error: a misspelt {@code normalized} would change every number in silence.
 *
 * @param name of the head: letters, digits, {@code _} and {@code -}, as it is a key in an explanation and part of a rule
 * @param encoder name of the encoder whose embeddings the head was trained on, where the file says
 * @param input what the head takes
 * @param normalized whether the head takes embeddings of length 1 rather than those that the encoder gives
 * @param output name of the graph's output; empty for the only one that it has
 * @param outputs what the numbers are, in the order of the graph's output, 1 to {@value #MOST_OUTPUTS}
 */
public record HeadConfig(
        String name,
        Optional<String> encoder,
        Input input,
        boolean normalized,
        Optional<String> output,
        List<Output> outputs) {

    /** The file in a head's folder. */
    static final String FILE = "head.json";
    /** Most numbers that a head may give for one picture. */
    static final int MOST_OUTPUTS = 256;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,99}");
    private static final int LONGEST_NAME = 100;
    private static final int LONGEST_TEXT = 1000;

    /** What a head takes. */
    public enum Input {
        /** The embedding of a picture, n × d. */
        IMAGE_EMBEDS("image_embeds"),
        /** The picture itself, preprocessed, n × 3 × height × width. */
        PIXEL_VALUES("pixel_values");

        private final String label;

        Input(String label) {
            this.label = label;
        }

        /** How {@code head.json} calls it. */
        public String label() {
            return label;
        }
    }

    /** Which way a number points. */
    public enum Direction {
        /** The higher the number, the more a picture has of what the output is named after. */
        HIGHER_MEANS_MORE("higher means more"),
        /** The higher the number, the less a picture has of it. */
        HIGHER_MEANS_LESS("higher means less");

        private final String label;

        Direction(String label) {
            this.label = label;
        }

        /** How {@code head.json} calls it. */
        public String label() {
            return label;
        }
    }

    /**
     * One number that the head gives for a picture.
     *
     * @param name what it measures, e.g. {@code vivid}
     * @param unit what 1 of it is; empty where the file does not say
     * @param heldOutError its mean absolute error on pictures that it was not trained on, in its unit
     */
    public record Output(String name, Direction direction, String unit, OptionalDouble heldOutError) {}

    /**
     * Reads {@code head.json}.
     *
     * @throws ModelFileException if the file is missing, larger than 1 MiB or not as expected
     */
    public static HeadConfig read(ModelFiles files) {
        return new Reader(files, ModelJson.read(files, FILE)).config();
    }

    private record Reader(ModelFiles files, ObjectNode json) {

        private static final Set<String> FIELDS = Set.of(
                "name", "encoder", "input", "normalized", "output", "unit", "outputs", "description", "training");
        private static final Set<String> OUTPUT_FIELDS =
                Set.of("name", "direction", "unit", "mean_absolute_error", "correlation");

        HeadConfig config() {
            requireKnown("", json, FIELDS);
            optionalText("description", json.path("description"), LONGEST_TEXT);
            optionalText("training", json.path("training"), LONGEST_TEXT);
            Input input = input();
            return new HeadConfig(
                    name(),
                    optionalText("encoder", json.path("encoder"), LONGEST_NAME),
                    input,
                    normalized(input),
                    optionalText("output", json.path("output"), LONGEST_NAME),
                    outputs());
        }

        private String name() {
            JsonNode name = json.path("name");
            if (!name.isTextual() || !NAME.matcher(name.textValue()).matches()) {
                throw wrong("name", name, "1 to 100 letters, digits, '_' and '-'");
            }
            return name.textValue();
        }

        private Input input() {
            JsonNode found = json.path("input");
            for (Input input : Input.values()) {
                if (found.isTextual() && input.label.equals(found.textValue())) {
                    return input;
                }
            }
            throw wrong("input", found, "'image_embeds' or 'pixel_values'");
        }

        private boolean normalized(Input input) {
            JsonNode value = json.path("normalized");
            if (value.isMissingNode()) {
                return false;
            }
            if (!value.isBoolean() || input != Input.IMAGE_EMBEDS) {
                throw wrong("normalized", value, "true or false, beside the input 'image_embeds' only");
            }
            return value.booleanValue();
        }

        private List<Output> outputs() {
            JsonNode array = json.path("outputs");
            if (!array.isArray() || array.isEmpty() || array.size() > MOST_OUTPUTS) {
                throw wrong("outputs", array, "1 to %d objects".formatted(MOST_OUTPUTS));
            }
            String unit = optionalText("unit", json.path("unit"), LONGEST_NAME).orElse("");
            List<Output> outputs = new ArrayList<>(array.size());
            Set<String> names = new HashSet<>();
            for (int i = 0; i < array.size(); i++) {
                Output output = output("outputs[%d]".formatted(i), array.get(i), unit);
                if (!names.add(output.name())) {
                    throw wrong("outputs[%d].name".formatted(i), array.get(i).get("name"), "a name of its own");
                }
                outputs.add(output);
            }
            return List.copyOf(outputs);
        }

        private Output output(String field, JsonNode node, String unit) {
            if (!(node instanceof ObjectNode output)) {
                throw wrong(field, node, "an object");
            }
            requireKnown(field + ".", output, OUTPUT_FIELDS);
            number(field + ".correlation", output.path("correlation"), -1, 1);
            return new Output(
                    optionalText(field + ".name", output.path("name"), LONGEST_NAME)
                            .orElseThrow(() -> wrong(field + ".name", output.path("name"), "a text")),
                    direction(field + ".direction", output.path("direction")),
                    optionalText(field + ".unit", output.path("unit"), LONGEST_NAME)
                            .orElse(unit),
                    number(field + ".mean_absolute_error", output.path("mean_absolute_error"), 0, Float.MAX_VALUE));
        }

        private Direction direction(String field, JsonNode found) {
            if (found.isMissingNode()) {
                return Direction.HIGHER_MEANS_MORE;
            }
            for (Direction direction : Direction.values()) {
                if (found.isTextual() && direction.label.equals(found.textValue())) {
                    return direction;
                }
            }
            throw wrong(field, found, "'higher means more' or 'higher means less'");
        }

        private OptionalDouble number(String field, JsonNode value, double least, double most) {
            if (value.isMissingNode()) {
                return OptionalDouble.empty();
            }
            // Negated so that NaN, for which every comparison is false, is refused.
            if (!value.isNumber() || !(value.doubleValue() >= least && value.doubleValue() <= most)) {
                throw wrong(field, value, "a number from %s to %s".formatted(least, most));
            }
            return OptionalDouble.of(value.doubleValue());
        }

        private Optional<String> optionalText(String field, JsonNode value, int longest) {
            if (value.isMissingNode()) {
                return Optional.empty();
            }
            boolean fits = value.isTextual()
                    && !value.textValue().isBlank()
                    && value.textValue().length() <= longest
                    && value.textValue().chars().noneMatch(Character::isISOControl);
            if (!fits) {
                throw wrong(field, value, "a text of 1 to %d characters on one line".formatted(longest));
            }
            return Optional.of(value.textValue());
        }

        private void requireKnown(String prefix, ObjectNode object, Set<String> known) {
            for (Map.Entry<String, JsonNode> entry : object.properties()) {
                if (!known.contains(entry.getKey())) {
                    throw wrong(
                            prefix + entry.getKey(),
                            entry.getValue(),
                            "only " + known.stream().sorted().toList());
                }
            }
        }

        private ModelFileException wrong(String field, JsonNode found, String expected) {
            return found.isMissingNode()
                    ? new ModelFileException(files, FILE, "has no '%s', expected %s".formatted(field, expected))
                    : new ModelFileException(
                            files,
                            FILE,
                            "has the '%s' %s, expected %s"
                                    .formatted(ModelJson.excerpt(field), ModelJson.excerpt(found), expected));
        }
    }
}
