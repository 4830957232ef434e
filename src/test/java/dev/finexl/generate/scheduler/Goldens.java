package dev.finexl.generate.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.Golden;
import dev.finexl.store.ModelJson;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The golden runs of the schedulers, and configurations written in a test. */
final class Goldens {

    private Goldens() {}

    static JsonNode read(String file) {
        return Golden.json(file);
    }

    /** A text of JSON in which single quotes stand for double ones. */
    static JsonNode json(String text) {
        try {
            return ModelJson.MAPPER.readTree(text.replace('\'', '"'));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static float[] floats(JsonNode array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).floatValue();
        }
        return values;
    }
}
