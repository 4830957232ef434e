package dev.finexl.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.concept.ShippedConcepts;
import dev.finexl.concept.Vocabulary;
import dev.finexl.explain.InvalidRequestException;
import dev.finexl.store.DirectoryFiles;
import dev.finexl.store.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read as a truth, what is refused, and how a truth meets a vocabulary. */
class TruthTest {

    private static final Path ZOO = Path.of("src/test/resources/zoo");
    private static final Vocabulary MINI = ShippedConcepts.vocabulary("mini");

    @TempDir
    Path folder;

    private Truth truth(String json) throws IOException {
        Files.writeString(folder.resolve("truth.json"), json);
        return Truth.read(new DirectoryFiles("zoo/one", folder));
    }

    @Test
    void readsTheZoo() {
        assertThat(Zoo.read(ZOO))
                .extracting(Specimen::name)
                .containsExactly(
                        "blurry",
                        "null-a",
                        "pair-vivid-outlined",
                        "pair-warm-vignetted",
                        "pixelated",
                        "subject-heart",
                        "triple-faded-grainy-cool",
                        "vivid",
                        "warm");
        Truth pair = Zoo.read(ZOO).get(2).truth();
        assertThat(pair)
                .isEqualTo(new Truth("mini-diffusion", Map.of("vivid", 0.8, "outlined", 0.8), null, null, Map.of()));
        assertThat(Zoo.read(ZOO).get(1).truth().aspects()).isEmpty();
        assertThat(Zoo.read(ZOO).get(5).truth().subject()).isEqualTo("heart");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[] | not a JSON object",
                "{\"aspects\": {} | not JSON",
                "{\"aspect\": {}, \"subject\": null, \"place\": null} | lacks the field 'aspects'",
                "{\"aspects\": {}, \"place\": null} | lacks the field 'subject'",
                "{\"aspects\": [\"vivid\"], \"subject\": null, \"place\": null} | an object of at most 16",
                "{\"aspects\": {\"vivid\": \"much\"}, \"subject\": null, \"place\": null} | 'aspects.vivid' \"much\"",
                "{\"aspects\": {\"vivid\": 0}, \"subject\": null, \"place\": null} | above 0 and at most 1",
                "{\"aspects\": {\"vivid\": NaN}, \"subject\": null, \"place\": null} | above 0 and at most 1",
                "{\"aspects\": {\"vivid\": 1, \"vivid\": 1}, \"subject\": null, \"place\": null} | Duplicate",
                "{\"aspects\": {}, \"subject\": [1], \"place\": null} | 'subject' [1], expected a text or null",
                "{\"aspects\": {}, \"subject\": null, \"place\": \" \"} | expected 1 to 200 characters",
                "{\"aspects\": {}, \"subject\": null, \"place\": null, \"stack\": {}} | 'stack' {}, expected an object of 1 to",
                "{\"aspects\": {}, \"subject\": null, \"place\": null, \"stack\": {\"warm\": \"much\"}} | 'stack.warm' \"much\"",
            })
    void refusesWhatIsNoTruth(String json, String said) {
        assertThatThrownBy(() -> truth(json))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("truth.json")
                .hasMessageContaining(said);
    }

    @Test
    void refusesATruthThatIsFarTooLong() {
        assertThatThrownBy(() -> truth(" ".repeat(1 << 17))).isInstanceOf(ModelFileException.class);
    }

    @Test
    void findsTheConceptsOfATruth() throws IOException {
        AnswerKey key = AnswerKey.of(
                "one",
                truth("{\"aspects\": {\"Saturated\": 0.4}, \"subject\": \"heart\", \"place\": \"plain-blue\"}"),
                MINI);
        assertThat(key.levels()).isEqualTo(Map.of(index("vivid"), 0.4));
        assertThat(key.content()).isEqualTo(Set.of(index("heart"), index("on a blue background")));
        assertThat(key.isSingleAspect()).isFalse();
        assertThat(content("beach")).isEqualTo(index("on a sandy beach"));
        assertThat(content("under water")).isEqualTo(index("under water"));
    }

    private static int index(String concept) {
        return MINI.concepts().stream().map(c -> c.name()).toList().indexOf(concept);
    }

    private static int content(String place) {
        return AnswerKey.of("one", new Truth(null, Map.of(), null, place, Map.of()), MINI)
                .content()
                .iterator()
                .next();
    }

    @Test
    void refusesWhatTheVocabularyDoesNotHave() {
        assertThatThrownBy(
                        () -> AnswerKey.of("one", new Truth(null, Map.of("cubist", 1.0), null, null, Map.of()), MINI))
                .hasMessageContaining("one")
                .hasMessageContaining("cubist");
        assertThatThrownBy(() -> content("in")).hasMessageContaining("'place' in");
        assertThatThrownBy(() -> content("moon base")).hasMessageContaining("moon base");
    }

    @Test
    void refusesAFolderOfUnclearKind() throws IOException {
        Path one = Files.createDirectories(folder.resolve("one"));
        Files.copy(ZOO.resolve("vivid/truth.json"), one.resolve("truth.json"));
        assertThatThrownBy(() -> Zoo.read(folder)).hasMessageContaining("exactly one of a LoRA");
        Files.createFile(one.resolve("a.safetensors"));
        assertThat(Zoo.read(folder).getFirst().isLora()).isTrue();
        Files.createFile(one.resolve("model_index.json"));
        assertThatThrownBy(() -> Zoo.read(folder)).hasMessageContaining("exactly one of a LoRA");
        Files.delete(one.resolve("a.safetensors"));
        assertThat(Zoo.read(folder).getFirst().form()).isInstanceOf(Specimen.Model.class);
        Files.delete(one.resolve("model_index.json"));
        Files.createDirectories(one.resolve("base"));
        Files.createDirectories(one.resolve("personalized"));
        assertThat(Zoo.read(folder).getFirst().form()).isInstanceOf(Specimen.Pictures.class);
    }

    @Test
    void stacksOtherPersonalisationsOfTheZoo() throws IOException {
        for (String name : List.of("warm", "vivid")) {
            Path lora = Files.createDirectories(folder.resolve(name));
            Files.copy(ZOO.resolve(name).resolve("truth.json"), lora.resolve("truth.json"));
            Files.createFile(lora.resolve("a.safetensors"));
        }
        Path both = Files.createDirectories(folder.resolve("both"));
        stack(both, "warm");
        Specimen specimen = Zoo.read(folder).getFirst();
        assertThat(specimen.name()).isEqualTo("both");
        assertThat(specimen.form())
                .isEqualTo(new Specimen.Loras(List.of(
                        new Specimen.Weighted(folder.resolve("vivid/a.safetensors"), 0.5),
                        new Specimen.Weighted(folder.resolve("warm/a.safetensors"), 0.75))));
        for (String nowhere : List.of("cool", "..", "../warm", "warm/../warm", "both")) {
            stack(both, nowhere);
            assertThatThrownBy(() -> Zoo.read(folder))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("stacks '%s', expected the folder of a LoRA".formatted(nowhere));
        }
        stack(both, "warm");
        Files.createFile(both.resolve("a.safetensors"));
        assertThatThrownBy(() -> Zoo.read(folder)).hasMessageContaining("exactly one of a LoRA");
    }

    private static void stack(Path folder, String name) throws IOException {
        Files.writeString(
                folder.resolve("truth.json"),
                "{\"aspects\": {\"vivid\": 1, \"warm\": 1}, \"subject\": null, \"place\": null, \"stack\": {\"vivid\": 0.5, \"%s\": 0.75}}"
                        .formatted(name));
    }

    @Test
    void refusesAZooWithNothingInIt() {
        assertThatThrownBy(() -> Zoo.read(folder))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("there are 0");
        assertThatThrownBy(() -> Zoo.read(folder.resolve("none"))).hasMessageContaining("not a folder");
    }
}
