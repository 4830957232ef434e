package dev.finexl.explain;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;
import java.io.IOException;
import java.util.List;

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
            return ModelJson.MAPPER.readValue(files.read(FILE, LIMIT), ModelDefaults.class);
        } catch (JsonProcessingException e) {
            throw new ModelFileException(files, FILE, "is not as expected: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new ModelFileException(files, FILE, "cannot be read: " + e.getMessage(), e);
        }
    }
}
