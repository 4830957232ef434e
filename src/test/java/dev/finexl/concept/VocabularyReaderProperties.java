package dev.finexl.concept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import net.jqwik.api.statistics.Statistics;

/** Whatever is handed in, the answer is a valid vocabulary or the one exception that is declared. */
class VocabularyReaderProperties {

    private static final String VALID = """
            {"name": "film", "description": "d", "concepts": [
              {"name": "film grain", "category": "texture", "wordings": ["grainy"], "phrase": "{degree} grainier"},
              {"name": "golden hour", "category": "light"},
              {"name": "cat", "category": "subject", "wordings": ["cats", "kitten"]}]}
            """;

    @Property(seed = "1")
    void anyText(@ForAll @StringLength(max = 200) String text) {
        read(text).ifPresent(VocabularyReaderProperties::assertValid);
    }

    @Property(seed = "2")
    void linesThatLookLikeEntries(@ForAll("entries") String text) {
        Optional<Vocabulary> read = read(text);

        read.ifPresent(VocabularyReaderProperties::assertValid);
        requireThatSomeAreValid(read);
    }

    @Property(seed = "3")
    void tokensOfTheJsonFormInAnyOrder(@ForAll("tokens") String text) {
        read(text).ifPresent(VocabularyReaderProperties::assertValid);
    }

    @Property(seed = "4")
    void aValidDocumentWithAnyPartReplaced(
            @ForAll @IntRange(max = 320) int from,
            @ForAll @IntRange(max = 20) int length,
            @ForAll @StringLength(max = 5) String replacement) {
        int start = Math.min(from, VALID.length());
        int end = Math.min(start + length, VALID.length());
        Optional<Vocabulary> read = read(VALID.substring(0, start) + replacement + VALID.substring(end));

        read.ifPresent(VocabularyReaderProperties::assertValid);
        requireThatSomeAreValid(read);
    }

    @Provide
    Arbitrary<String> entries() {
        Arbitrary<String> category = Arbitraries.frequencyOf(
                Tuple.of(19, Arbitraries.of("", "style:", "light: ", "subject :", "STYLE:", "#")),
                Tuple.of(1, Arbitraries.of("nothing:", ":", "\uFEFF")));
        Arbitrary<String> name =
                Arbitraries.strings().withChars("abcdefghABC ").ofMinLength(2).ofMaxLength(8);
        Arbitrary<String> hostile =
                Arbitraries.strings().withChars("a \t\u00A0\u0000\u2028{}:").ofMaxLength(6);
        Arbitrary<String> text = Arbitraries.frequencyOf(Tuple.of(19, name), Tuple.of(1, hostile));
        return Combinators.combine(category, text)
                .as(String::concat)
                .list()
                .ofMaxSize(6)
                .map(lines -> String.join("\n", lines));
    }

    @Provide
    Arbitrary<String> tokens() {
        String[] tokens = {
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"name\"",
            "\"concepts\"",
            "\"category\"",
            "\"style\"",
            "\"wordings\"",
            "\"phrase\"",
            "\"{degree} darker\"",
            "\"a\"",
            "\"b\"",
            "null",
            "1e999",
            "true",
            "\"\\ud800\"",
            "/*"
        };
        return Arbitraries.of(Arrays.asList(tokens))
                .list()
                .ofMaxSize(25)
                .map(parts -> "{\"name\":\"x\",\"concepts\":[" + String.join("", parts));
    }

    /** A generator that made only faults would prove nothing of what is accepted. */
    private static void requireThatSomeAreValid(Optional<Vocabulary> read) {
        Statistics.label("valid")
                .collect(read.isPresent())
                .coverage(coverage -> coverage.check(true).percentage(percentage -> percentage > 2));
    }

    private static Optional<Vocabulary> read(String text) {
        try {
            return Optional.of(VocabularyReader.parse("test", text));
        } catch (ConceptInputException e) {
            assertThat(e.field()).isNotEmpty();
            assertThat(e).hasMessageStartingWith("test: ");
            assertThat(e.getMessage()).hasSizeLessThan(1_000).doesNotContainPattern("[\\p{Cntrl}\\u2028\\u202E]");
            return Optional.empty();
        }
    }

    private static void assertValid(Vocabulary vocabulary) {
        assertThat(vocabulary.concepts()).hasSizeBetween(2, Vocabulary.MAX_CONCEPTS);
        Set<String> wordings = new HashSet<>();
        for (Concept concept : vocabulary.concepts()) {
            assertThat(concept.wordings()).startsWith(concept.name()).allSatisfy(wording -> {
                assertThat(wording).matches("\\S+( \\S+)*").hasSizeLessThanOrEqualTo(2 * Concept.MAX_LENGTH);
                assertThat(wordings.add(Texts.key(wording))).isTrue();
            });
            assertThatCode(() -> concept.phrase().render(Degree.MUCH)).doesNotThrowAnyException();
        }
    }
}
