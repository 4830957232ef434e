package dev.finexl.generate.described;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * A {@code generator.json}, or an object in it, read field by field. Exists because the file comes with a model from
 * anywhere and decides how much is computed: every number has bounds, and what is wrong is told with its field's whole name.
 */
public final class GeneratorJson {

    /** The file that a described generator is known by. */
    public static final String FILE = "generator.json";

    private static final int LONGEST_TEXT = 1000;

    private final ModelFiles files;
    private final String prefix;
    private final JsonNode node;

    private GeneratorJson(ModelFiles files, String prefix, JsonNode node) {
        this.files = files;
        this.prefix = prefix;
        this.node = node;
    }

    /** @throws ModelFileException if the file is missing, larger than 1 MiB, or not a JSON object */
    public static GeneratorJson read(ModelFiles files) {
        return new GeneratorJson(files, "", ModelJson.read(files, FILE));
    }

    /** The model that the file belongs to. */
    public ModelFiles files() {
        return files;
    }

    /** Whether a field is there and not null. */
    public boolean has(String field) {
        return node.hasNonNull(field);
    }

    /** What a field holds, for comparison with that of another model; null if it is missing. */
    public JsonNode value(String field) {
        return node.get(field);
    }

    /** @throws ModelFileException if the field is missing or not an object */
    public GeneratorJson object(String field) {
        if (!node.path(field).isObject()) {
            throw wrong(field, "an object");
        }
        return new GeneratorJson(files, prefix + field + ".", node.get(field));
    }

    /** The object of a field that may be missing. */
    public Optional<GeneratorJson> optional(String field) {
        return has(field) ? Optional.of(object(field)) : Optional.empty();
    }

    /** @throws ModelFileException if the field is missing or not a text of 1 to 1000 characters */
    public String text(String field) {
        String text = node.path(field).isTextual() ? node.get(field).textValue() : "";
        if (text.isEmpty() || text.length() > LONGEST_TEXT) {
            throw wrong(field, "a text of 1 to %d characters".formatted(LONGEST_TEXT));
        }
        return text;
    }

    /** A text that may be missing, or empty. */
    public String text(String field, String absent) {
        return !has(field) || node.get(field).asText("-").isEmpty() ? absent : text(field);
    }

    /** @throws ModelFileException if the field is missing or not a whole number from {@code least} to {@code most} */
    public int whole(String field, int least, int most) {
        JsonNode value = node.path(field);
        if (!value.canConvertToInt()
                || !value.isIntegralNumber()
                || value.intValue() < least
                || value.intValue() > most) {
            throw wrong(field, "a whole number from %d to %d".formatted(least, most));
        }
        return value.intValue();
    }

    /** A whole number that may be missing. */
    public int whole(String field, int least, int most, int absent) {
        return has(field) ? whole(field, least, most) : absent;
    }

    /** A number that may be missing. */
    public double number(String field, double least, double most, double absent) {
        return has(field) ? within(node.get(field), field, least, most) : absent;
    }

    /** @throws ModelFileException if the field is missing or not an array of {@code count} finite numbers */
    public double[] numbers(String field, int count) {
        JsonNode array = node.path(field);
        if (!array.isArray() || array.size() != count) {
            throw wrong(field, "%d numbers".formatted(count));
        }
        double[] numbers = new double[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = within(array.get(i), field, -Float.MAX_VALUE, Float.MAX_VALUE);
        }
        return numbers;
    }

    /** @throws ModelFileException if the field is missing or not an array of 1 to {@code most} texts that are not blank */
    public List<String> texts(String field, int most) {
        JsonNode array = node.path(field);
        boolean right = array.isArray()
                && !array.isEmpty()
                && array.size() <= most
                && StreamSupport.stream(array.spliterator(), false)
                        .allMatch(e -> e.isTextual() && !e.textValue().isBlank());
        if (!right) {
            throw wrong(field, "1 to %d texts".formatted(most));
        }
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::textValue)
                .toList();
    }

    private double within(JsonNode value, String field, double least, double most) {
        if (!value.isNumber() || !(value.doubleValue() >= least && value.doubleValue() <= most)) {
            throw wrong(field, "a number from %s to %s".formatted(least, most));
        }
        return value.doubleValue();
    }

    /** What to say of a field that is not as expected. */
    public ModelFileException wrong(String field, String expected) {
        String found = has(field) ? ModelJson.excerpt(node.get(field)) : "missing";
        return new ModelFileException(
                files, FILE, "field '%s%s' is %s, expected %s".formatted(prefix, field, found, expected));
    }
}
