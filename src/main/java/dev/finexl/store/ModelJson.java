package dev.finexl.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/** Reads the JSON files that stand beside a model's weights, and writes what is kept to be read again. */
public final class ModelJson {

    /**
     * Field names are not interned: those of a vocabulary are tens of thousands, and each is met once. Python writes
     * infinities, which JSON does not have. A field that is there twice is an error, since readers disagree on which counts.
     */
    public static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final int SMALL = 1 << 20;
    private static final int LONGEST_EXCERPT = 120;

    private ModelJson() {}

    /** The JSON of a record of the program's own, of which all can be written. */
    public static String written(Object record) {
        try {
            return MAPPER.writeValueAsString(record);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "a %s that JSON cannot hold".formatted(record.getClass().getSimpleName()), e);
        }
    }

    /**
     * Reads a configuration file.
     *
     * @throws ModelFileException if the file is missing, larger than 1 MiB, not JSON or not an object
     */
    public static ObjectNode read(ModelFiles files, String name) {
        return read(files, name, SMALL);
    }

    /**
     * Reads a configuration file that a model may lack, as an empty object then.
     *
     * @throws ModelFileException if the file is larger than 1 MiB, not JSON or not an object
     */
    public static ObjectNode readIfPresent(ModelFiles files, String name) {
        return files.has(name) ? read(files, name) : MAPPER.createObjectNode();
    }

    /**
     * @param limit the largest size in bytes that is accepted
     * @throws ModelFileException if the file is missing, larger than the limit, not JSON or not an object
     */
    public static ObjectNode read(ModelFiles files, String name, int limit) {
        return parse(files, name, bytes(files, name, limit));
    }

    /**
     * Takes a file's bytes for JSON.
     *
     * @throws ModelFileException if they are not JSON or not an object
     */
    public static ObjectNode parse(ModelFiles files, String name, byte[] bytes) {
        try {
            if (MAPPER.readTree(bytes) instanceof ObjectNode object) {
                return object;
            }
            throw new ModelFileException(files, name, "is not a JSON object");
        } catch (JsonProcessingException e) {
            throw new ModelFileException(files, name, "is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw unreadable(files, name, e);
        }
    }

    /**
     * @param limit the largest size that is accepted
     * @throws ModelFileException if the file is missing, unreadable or larger than the limit
     */
    public static byte[] bytes(ModelFiles files, String name, int limit) {
        try {
            return files.read(name, limit);
        } catch (IOException e) {
            throw unreadable(files, name, e);
        }
    }

    /** What a file says, short enough for a message. */
    public static String excerpt(Object found) {
        String text = found.toString();
        return text.length() <= LONGEST_EXCERPT ? text : text.substring(0, LONGEST_EXCERPT) + "…";
    }

    private static ModelFileException unreadable(ModelFiles files, String name, IOException e) {
        return new ModelFileException(files, name, "cannot be read: " + e.getMessage(), e);
    }
}
