package dev.finexl.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.store.Catalogue;
import dev.finexl.store.MemoryFiles;
import dev.finexl.store.ModelFileException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HeadConfigTest {

    private static HeadConfig read(String json) {
        return HeadConfig.read(new MemoryFiles().with("head.json", json));
    }

    @Test
    void readsTheBundledHead() {
        HeadConfig config =
                HeadConfig.read(new Catalogue(List.of()).find("mini-levels").files());

        assertThat(config.name()).isEqualTo("mini-levels");
        assertThat(config.encoder()).contains("mini-clip");
        assertThat(config.input()).isEqualTo(HeadConfig.Input.IMAGE_EMBEDS);
        assertThat(config.normalized()).isFalse();
        assertThat(config.output()).contains("levels");
        assertThat(config.outputs()).hasSize(16);
        HeadConfig.Output vivid = config.outputs().getFirst();
        assertThat(vivid.name()).isEqualTo("vivid");
        assertThat(vivid.direction()).isEqualTo(HeadConfig.Direction.HIGHER_MEANS_MORE);
        assertThat(vivid.unit()).isEqualTo("level, 0 = absent, 1 = full");
        assertThat(vivid.heldOutError()).hasValue(0.0593);
    }

    @Test
    void fillsWhatTheFileLeavesOut() {
        HeadConfig config = read("""
                {"name": "nsfw", "input": "image_embeds", "normalized": true, "unit": "probability",
                 "outputs": [{"name": "unsafe"}, {"name": "odd one", "unit": "votes", "direction": "higher means less"}]}
                """);

        assertThat(config.normalized()).isTrue();
        assertThat(config.output()).isEmpty();
        assertThat(config.encoder()).isEmpty();
        assertThat(config.outputs()).extracting(HeadConfig.Output::unit).containsExactly("probability", "votes");
        assertThat(config.outputs())
                .extracting(HeadConfig.Output::direction)
                .containsExactly(HeadConfig.Direction.HIGHER_MEANS_MORE, HeadConfig.Direction.HIGHER_MEANS_LESS);
        assertThat(config.outputs().getFirst().heldOutError()).isEmpty();
    }

    static Stream<Arguments> refused() {
        String tooMany = IntStream.range(0, 257)
                .mapToObj("{\"name\": \"n%d\"}"::formatted)
                .collect(Collectors.joining(","));
        return Stream.of(
                Arguments.of("", "is not"),
                Arguments.of("[]", "not a JSON object"),
                Arguments.of("{\"name\": ", "is not JSON"),
                Arguments.of("{}", "has no 'input'"),
                Arguments.of(head("'name': 'a.b'"), "has the 'name' \"a.b\""),
                Arguments.of(head("'name': ''"), "has the 'name'"),
                Arguments.of(head("'name': 7"), "has the 'name' 7"),
                Arguments.of(head("'name': null"), "has the 'name' null"),
                Arguments.of(head("'name': 'x', 'name': 'y'"), "Duplicate"),
                Arguments.of(head("'input': 'text_embeds'"), "'image_embeds' or 'pixel_values'"),
                Arguments.of(head("'normalised': true"), "has the 'normalised' true, expected only"),
                Arguments.of(head("'normalized': 'yes'"), "has the 'normalized' \"yes\""),
                Arguments.of(head("'input': 'pixel_values', 'normalized': true"), "'normalized'"),
                Arguments.of(head("'encoder': ' '"), "has the 'encoder'"),
                Arguments.of(head("'description': 7"), "has the 'description'"),
                Arguments.of(head("'outputs': {}"), "has the 'outputs' {}"),
                Arguments.of(head("'outputs': []"), "expected 1 to 256"),
                Arguments.of(head("'outputs': [" + tooMany + "]"), "expected 1 to 256"),
                Arguments.of(head("'outputs': ['vivid']"), "has the 'outputs[0]' \"vivid\", expected an object"),
                Arguments.of(head("'outputs': [{}]"), "has no 'outputs[0].name'"),
                Arguments.of(head("'outputs': [{'name': 'a\\nb'}]"), "'outputs[0].name'"),
                Arguments.of(head("'outputs': [{'name': 'a'}, {'name': 'a'}]"), "has the 'outputs[1].name' \"a\""),
                Arguments.of(head("'outputs': [{'name': 'a', 'error': 1}]"), "'outputs[0].error'"),
                Arguments.of(head("'outputs': [{'name': 'a', 'direction': 'up'}]"), "'higher means less'"),
                Arguments.of(head("'outputs': [{'name': 'a', 'mean_absolute_error': -1}]"), "mean_absolute_error"),
                Arguments.of(head("'outputs': [{'name': 'a', 'mean_absolute_error': NaN}]"), "mean_absolute_error"),
                Arguments.of(head("'outputs': [{'name': 'a', 'correlation': 2}]"), "correlation"));
    }

    /** A valid head with some fields replaced or added. */
    private static String head(String fields) {
        String rest = "";
        if (!fields.contains("'name': ") || fields.startsWith("'outputs'")) {
            rest += ", 'name': 'h'";
        }
        if (!fields.contains("'input'")) {
            rest += ", 'input': 'image_embeds'";
        }
        if (!fields.contains("'outputs'")) {
            rest += ", 'outputs': [{'name': 'a'}]";
        }
        return ("{" + fields + rest + "}").replace('\'', '"');
    }

    @ParameterizedTest
    @MethodSource("refused")
    void namesTheFieldThatIsWrong(String json, String said) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("head.json")
                .hasMessageContaining(said);
    }

    @Test
    void aLongFieldDoesNotFillTheMessage() {
        assertThatThrownBy(() -> read(head("'" + "x".repeat(10_000) + "': 1")))
                .isInstanceOf(ModelFileException.class)
                .message()
                .hasSizeLessThan(600);
    }
}
