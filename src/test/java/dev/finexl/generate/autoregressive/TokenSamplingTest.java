package dev.finexl.generate.autoregressive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.generate.described.GeneratorJson;
import dev.finexl.store.MemoryFiles;
import dev.finexl.store.ModelFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenSamplingTest {

    /** Probabilities 0.2, 0.5, 0.1, 0.2. */
    private static final float[] LOGITS = {
        (float) Math.log(0.2), (float) Math.log(0.5), (float) Math.log(0.1), (float) Math.log(0.2)
    };

    @ParameterizedTest
    @CsvSource({
        "0, 1, 0.49, 1",
        "0, 1, 0.51, 0",
        "0, 1, 0.71, 3",
        "0, 1, 0.95, 2",
        "0, 1, 0, 1",
        "2, 1, 0.71, 1",
        "2, 1, 0.99, 0",
        "1, 1, 0.99, 1",
        "0, 0.6, 0.99, 0",
        "0, 0.4, 0.99, 1",
        "0, 0.6, 0.71, 1"
    })
    void takesTheFirstWhoseCumulativeProbabilityReachesTheNumber(int topK, double topP, float uniform, int token) {
        assertThat(new TokenSampling(1, topK, topP, 1).choose(LOGITS, uniform)).isEqualTo(token);
    }

    @Test
    void aLowTemperatureLeavesTheMostProbable() {
        assertThat(new TokenSampling(0.05, 0, 1, 1).choose(LOGITS, 0.99f)).isEqualTo(1);
        assertThat(new TokenSampling(100, 0, 1, 1).choose(LOGITS, 0.3f)).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"temperature\": 0",
                "\"temperature\": \"hot\"",
                "\"top_k\": -1",
                "\"top_k\": 5",
                "\"top_k\": 1.5",
                "\"top_p\": 0",
                "\"top_p\": 1.1",
                "\"guidance_scale\": NaN"
            })
    void refusesWhatCannotBeMeant(String field) {
        GeneratorJson json =
                GeneratorJson.read(new MemoryFiles().with("generator.json", "{\"sampling\": {" + field + "}}"));

        assertThatThrownBy(() -> TokenSampling.read(json, 4))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("sampling." + field.substring(1, field.indexOf('"', 1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokens", "vocabulary", "begin_token", "layers", "heads", "head_size"})
    void boundsTheDecodersSizes(String field) {
        String json =
                "{\"tokens\": 4, \"vocabulary\": 4, \"begin_token\": 4, \"layers\": 1, \"heads\": 1, \"head_size\": 1}"
                        .replace("\"" + field + "\": ", "\"" + field + "\": 99999999999");

        assertThatThrownBy(() ->
                        TokenDecoder.Shape.read(GeneratorJson.read(new MemoryFiles().with("generator.json", json))))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining(field);
    }
}
