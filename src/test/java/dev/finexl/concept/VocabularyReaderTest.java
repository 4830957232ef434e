package dev.finexl.concept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VocabularyReaderTest {

    private static final String GOLDEN_HOUR = "{\"name\": \"golden hour\", \"category\": \"light\"}";

    @TempDir
    Path directory;

    @Test
    void readsTheJsonForm() {
        Vocabulary vocabulary = VocabularyReader.parse("film.json", """
                {
                  "name": "film",
                  "description": "What my film LoRAs do.",
                  "concepts": [
                    {"name": "film grain", "category": "texture", "wordings": ["grainy", "noisy"],
                     "phrase": "{degree} grainier"},
                    {"category": "Light", "name": " golden  hour "}
                  ]
                }
                """);

        assertThat(vocabulary.name()).isEqualTo("film");
        assertThat(vocabulary.description()).isEqualTo("What my film LoRAs do.");
        assertThat(vocabulary.concepts())
                .containsExactly(
                        new Concept(
                                "film grain",
                                Category.TEXTURE,
                                List.of("film grain", "grainy", "noisy"),
                                new Phrase("{degree} grainier")),
                        new Concept(
                                "golden hour",
                                Category.LIGHT,
                                List.of("golden hour"),
                                new Phrase("{degree} more \"golden hour\" in lighting")));
        assertThat(vocabulary.wordingCount()).isEqualTo(4);
    }

    @Test
    void readsThePlainForm() {
        Vocabulary vocabulary = VocabularyReader.parse(
                "mine.txt",
                "\uFEFF# what I look for\n\nweirdcore\r\n  subject: grey cat  \n   # more\nPlace:at the lake\n");

        assertThat(vocabulary.name()).isEqualTo("mine.txt");
        assertThat(vocabulary.concepts())
                .containsExactly(
                        Concept.named(Category.STYLE, "weirdcore"),
                        Concept.named(Category.SUBJECT, "grey cat"),
                        Concept.named(Category.PLACE, "at the lake"));
    }

    @Test
    void takesAListOfEntries() {
        assertThat(VocabularyReader.ofEntries("request", List.of("vivid", "light: backlit"))
                        .concepts())
                .containsExactly(Concept.named(Category.STYLE, "vivid"), Concept.named(Category.LIGHT, "backlit"));
        assertThatThrownBy(() -> VocabularyReader.ofEntries("request", List.of("vivid", " ")))
                .hasMessage("request: concepts[1] must not be blank");
        assertThatThrownBy(() -> VocabularyReader.ofEntries("request", Collections.singletonList(null)))
                .hasMessage("request: concepts[0] is missing");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"name": "x", "category": "palette", "hue": 1}       | concepts[1]."hue" is not a field that is known here
            {"name": "x", "category": "colour"}                  | concepts[1].category names the category "colour", but must name one of style, medium, palette
            {"name": "x"}                                        | concepts[1].category is missing (concept "x")
            {"category": "palette"}                              | concepts[1].name is missing
            {"name": 7, "category": "palette"}                   | concepts[1].name must be a string
            {"name": "", "category": "palette"}                  | concepts[1].name must not be blank
            {"name": "a{b", "category": "palette"}               | concepts[1].name must not contain braces
            {"name": "a\\u0007", "category": "palette"}          | concepts[1].name must not contain the character U+0007: "a\\u0007"
            {"name": "a\\u202eb", "category": "palette"}         | concepts[1].name must not contain the character U+202E
            {"name": "a\\ud800", "category": "palette"}          | concepts[1].name must not contain the character U+D800
            {"name": "x", "category": "palette", "phrase": "y"}  | concepts[1].phrase must hold {degree} exactly once and no other braces, but is "y" (concept "x")
            {"name": "x", "category": "palette", "wordings": "y"} | concepts[1].wordings must be an array of strings (concept "x")
            {"name": "x", "category": "palette", "wordings": ["y", null]} | concepts[1].wordings[1] must be a string (concept "x")
            {"name": "x", "category": "palette", "wordings": ["y", "Y"]}  | concepts[1].wordings must not repeat "Y" (concept "x")
            {"name": "x", "category": "palette", "wordings": ["X"]}       | concepts[1].wordings must not repeat "X" (concept "x")
            {"name": "GOLDEN  Hour", "category": "era"}          | concepts[1] ("GOLDEN Hour") has the wording "GOLDEN Hour", which already stands for the concept "golden hour"
            {"name": "x", "category": "era", "wordings": ["golden hour"]} | concepts[1] ("x") has the wording "golden hour", which already stands for the concept "golden hour"
            "x"                                                  | concepts[1] must be an object
            {"name": "x", "name": "y", "category": "palette"}    | Duplicate field 'name'
            """)
    void namesTheConceptAndTheFieldOfAFault(String concept, String message) {
        assertThatThrownBy(() -> VocabularyReader.parse("my.json", document(GOLDEN_HOUR, concept)))
                .isInstanceOf(ConceptInputException.class)
                .hasMessageStartingWith("my.json: ")
                .hasMessageContaining(message);
    }

    @Test
    void tellsTheFieldApartFromTheMessage() {
        ConceptInputException fault = catchThrowableOfType(
                ConceptInputException.class,
                () -> VocabularyReader.parse("my.json", document(GOLDEN_HOUR, "{\"name\": \"x\"}")));

        assertThat(fault.field()).isEqualTo("concepts[1].category");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ["vivid", "dark"]                     | the text must be a JSON object with the fields name, description and concepts
            {"name": "x", "concepts": {}}         | concepts must be an array of objects
            {"name": "x"}                         | concepts is missing
            {"name": "x", "concept": []}          | "concept" is not a field that is known here
            {"name": "x", "concepts": []} {}      | concepts must be at least 2, but are 0
            {"name": "x", "concepts": [           | the text is not JSON as expected here: line 1
            {"name": "x", "description": [[[[[[[  | description must be a string
            """)
    void refusesDocumentsThatAreNoVocabulary(String document, String message) {
        assertThatThrownBy(() -> VocabularyReader.parse("my.json", document))
                .isInstanceOf(ConceptInputException.class)
                .hasMessageContaining(message);
    }

    @Test
    void refusesWhatFollowsTheVocabulary() {
        String twice = document(GOLDEN_HOUR, "{\"name\": \"x\", \"category\": \"era\"}")
                .repeat(2);

        assertThatThrownBy(() -> VocabularyReader.parse("my.json", twice))
                .hasMessage("my.json: the text must end after the vocabulary, but goes on");
    }

    @Test
    void refusesAVocabularyOfOneAndSaysWhy() {
        assertThatThrownBy(() -> VocabularyReader.parse("my.json", document(GOLDEN_HOUR)))
                .hasMessage("my.json: concepts must be at least 2, but are 1: an explanation chooses between concepts, "
                        + "and here is nothing to tell apart");
        assertThatThrownBy(() -> VocabularyReader.parse("mine.txt", "vivid\n"))
                .hasMessageContaining("must be at least 2, but are 1");
    }

    @Test
    void acceptsTheLargestVocabularyAndRefusesOneMore() {
        assertThat(VocabularyReader.parse("large", numbered(20_000)).concepts()).hasSize(20_000);
        assertThatThrownBy(() -> VocabularyReader.parse("large", numbered(20_001)))
                .hasMessage("large: concepts must be at most 20000, but are 20001");
    }

    @Test
    void boundsTheWordingsOfAConceptAndOfAllConcepts() {
        String seventeen = wordings("a", 16);
        assertThatThrownBy(() -> VocabularyReader.parse("my.json", document(GOLDEN_HOUR, seventeen)))
                .hasMessageContaining("concepts[1].wordings must be at most 16 with the name among them, but are 17");

        String[] manyWordings =
                IntStream.range(0, 2_501).mapToObj(i -> wordings("c" + i, 15)).toArray(String[]::new);
        assertThatThrownBy(() -> VocabularyReader.parse("my.json", document(manyWordings)))
                .hasMessageContaining("concepts must have at most 40000 wordings in all, but have 40016");
    }

    @Test
    void boundsTheLengthOfANameInCharactersAndNotInUnits() {
        String hundred = "🖼".repeat(100);
        assertThat(VocabularyReader.ofEntries("x", List.of(hundred, "b"))
                        .concepts()
                        .getFirst()
                        .name())
                .isEqualTo(hundred);
        assertThatThrownBy(() -> VocabularyReader.ofEntries("x", List.of(hundred + "🖼", "b")))
                .hasMessageContaining("concepts[0] must have at most 100 characters, but has 101");
    }

    @Test
    void namesTheLineOfAFaultInThePlainForm() {
        assertThatThrownBy(() -> VocabularyReader.parse("mine.txt", "vivid\n# no\nlihgt: backlit\n"))
                .hasMessageStartingWith("mine.txt: line 3 names the category \"lihgt\", but must name one of style,");
        assertThatThrownBy(() -> VocabularyReader.parse("mine.txt", "vivid\nlight:\n"))
                .hasMessage("mine.txt: line 2 must not be blank");
    }

    @Test
    void readsFilesAndNamesPlainListsAfterThem() throws IOException {
        Path file = Files.writeString(directory.resolve("mine.txt"), "vivid\ndark\n");

        assertThat(VocabularyReader.read(file)).isEqualTo(VocabularyReader.parse("mine.txt", "vivid\ndark\n"));
    }

    @Test
    void refusesFilesThatAreMissingTooLargeOrNotText() throws IOException {
        Path large = Files.write(directory.resolve("large.txt"), new byte[Document.MAX_BYTES + 1]);
        Path latin = Files.write(directory.resolve("latin.txt"), new byte[] {'c', 'a', 'f', (byte) 0xE9});

        assertThatThrownBy(() -> VocabularyReader.read(directory.resolve("none.json")))
                .isInstanceOf(ConceptInputException.class)
                .hasMessage("none.json: the file does not exist");
        assertThatThrownBy(() -> VocabularyReader.read(directory))
                .isInstanceOf(ConceptInputException.class)
                .hasMessageContaining("the file cannot be read");
        assertThatThrownBy(() -> VocabularyReader.read(large))
                .hasMessage("large.txt: the text must have at most 8388608 bytes");
        assertThatThrownBy(() -> VocabularyReader.parse("text", "x".repeat(Document.MAX_BYTES + 1)))
                .hasMessage("text: the text must have at most 8388608 bytes");
        assertThatThrownBy(() -> VocabularyReader.read(latin))
                .hasMessage("latin.txt: the text must be UTF-8, but is not");
    }

    private static String document(String... concepts) {
        return "{\"name\": \"test\", \"concepts\": [" + String.join(", ", concepts) + "]}";
    }

    private static String wordings(String name, int others) {
        return IntStream.range(0, others)
                .mapToObj(i -> "\"%s wording %d\"".formatted(name, i))
                .collect(Collectors.joining(
                        ", ", "{\"name\": \"%s\", \"category\": \"style\", \"wordings\": [".formatted(name), "]}"));
    }

    private static String numbered(int count) {
        return IntStream.range(0, count).mapToObj(i -> "concept " + i).collect(Collectors.joining("\n"));
    }
}
