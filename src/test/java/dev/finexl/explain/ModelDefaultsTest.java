package dev.finexl.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.store.MemoryFiles;
import dev.finexl.store.ModelFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelDefaultsTest {

    private static ModelDefaults read(String json) {
        return ModelDefaults.read(new MemoryFiles().with("finexl.json", json));
    }

    @Test
    void readsWhatTheFileSays() {
        ModelDefaults defaults = read("""
                {"description": "small", "encoder": "mini-clip", "vocabulary": "mini", "prompts": "mini",
                 "sampler": {"scheduler": "ddim", "steps": 25, "guidanceScale": 7.5, "height": 64, "width": 128},
                 "heads": ["mini-levels", "./other"]}
                """);

        assertThat(defaults.description()).isEqualTo("small");
        assertThat(defaults.encoder()).isEqualTo("mini-clip");
        assertThat(defaults.vocabulary()).isEqualTo("mini");
        assertThat(defaults.prompts()).isEqualTo("mini");
        assertThat(defaults.sampler()).isEqualTo(new ModelDefaults.Sampler("ddim", 25, 7.5, 64, 128));
        assertThat(defaults.heads()).containsExactly("mini-levels", "./other");
    }

    @Test
    void hasNoDefaultWhereNothingIsSaid() {
        assertThat(ModelDefaults.read(new MemoryFiles())).isEqualTo(ModelDefaults.EMPTY);
        assertThat(read("{}")).isEqualTo(ModelDefaults.EMPTY);
        assertThat(read("{\"encoder\": null, \"sampler\": null, \"heads\": null}"))
                .isEqualTo(ModelDefaults.EMPTY);
        assertThat(read("{\"sampler\": {\"steps\": null}}")).isEqualTo(ModelDefaults.EMPTY);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[]                                     | is not a JSON object",
                "{\"encodr\": \"x\"}                    | has the 'encodr' \"x\", expected only [description, encoder",
                "{\"encoder\": 3}                       | has the 'encoder' 3, expected a text",
                "{\"sampler\": 3}                       | has the 'sampler' 3, expected an object",
                "{\"sampler\": {\"step\": 3}}           | has the 'sampler.step' 3, expected only [guidanceScale",
                "{\"sampler\": {\"scheduler\": []}}     | has the 'sampler.scheduler' [], expected a text",
                "{\"sampler\": {\"steps\": 0}}          | has the 'sampler.steps' 0, expected a number from 1 to 1000",
                "{\"sampler\": {\"steps\": 2.5}}        | has the 'sampler.steps' 2.5, expected a whole number",
                "{\"sampler\": {\"steps\": \"25\"}}     | has the 'sampler.steps' \"25\", expected a number from",
                "{\"sampler\": {\"guidanceScale\": NaN}} | has the 'sampler.guidanceScale' \"NaN\", expected a number from 0 to 100",
                "{\"sampler\": {\"width\": 1e99}}       | has the 'sampler.width' 1.0E99, expected a number from 8 to 2048",
                "{\"heads\": \"mini-levels\"}           | has the 'heads' \"mini-levels\", expected references",
                "{\"heads\": [\"mini-levels\", null]}   | has the 'heads' [\"mini-levels\",null], expected references",
                "{\"heads\": {\"a\": \"b\"}}            | has the 'heads' {\"a\":\"b\"}, expected references",
            })
    void saysWhatIsWrongWithTheFile(String json, String message) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("finexl.json")
                .hasMessageContaining(message);
    }
}
