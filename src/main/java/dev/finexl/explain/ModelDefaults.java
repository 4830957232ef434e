package dev.finexl.explain;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;
import java.io.IOException;
import java.util.List;
import java.util.Objects;

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
     * @throws ModelFileException if the file is there and cannot be understood
     */
    static ModelDefaults read(ModelFiles files) {
        if (!files.has(FILE)) {
            return EMPTY;
        }
        try {
            ModelDefaults read = ModelJson.MAPPER.readValue(files.read(FILE, LIMIT), ModelDefaults.class);
            if (read == null) {
                throw new ModelFileException(files, FILE, "is not a JSON object");
            }
            read.check(files);
            return read;
        } catch (JsonProcessingException e) {
            throw new ModelFileException(files, FILE, "is not as expected: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new ModelFileException(files, FILE, "cannot be read: " + e.getMessage(), e);
        }
    }

    /** The bounds are those of the request's own fields, which these stand in for. */
    private void check(ModelFiles files) {
        inRange(files, "steps", sampler.steps(), 1, 1000);
        inRange(files, "guidanceScale", sampler.guidanceScale(), 0, 100);
        inRange(files, "height", sampler.height(), 8, 2048);
        inRange(files, "width", sampler.width(), 8, 2048);
        if (heads.stream().anyMatch(Objects::isNull)) {
            throw new ModelFileException(files, FILE, "has null among the 'heads', expected references");
        }
    }

    private static void inRange(ModelFiles files, String field, Number value, double least, double most) {
        // Negated so that NaN, for which every comparison is false, is refused.
        if (value != null && !(value.doubleValue() >= least && value.doubleValue() <= most)) {
            throw new ModelFileException(
                    files,
                    FILE,
                    "has the 'sampler.%s' %s, expected a number from %.0f to %.0f"
                            .formatted(field, value, least, most));
        }
    }
}
