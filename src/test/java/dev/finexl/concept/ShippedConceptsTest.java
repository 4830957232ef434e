package dev.finexl.concept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

class ShippedConceptsTest {

    private static final List<String> VOCABULARIES = ShippedConcepts.VOCABULARIES;
    private static final List<String> PROMPT_SETS = ShippedConcepts.PROMPT_SETS;

    private static final List<String> SHAPES = words(
            "circle, square, triangle, star, heart, ring, cross, diamond, tree, house, boat, mountain, flower, moon, fish, mushroom");
    private static final List<String> COLOURS =
            words("red, orange, yellow, green, teal, blue, purple, pink, brown, white, gray");
    private static final List<String> PLACES = words(
            "on a blue background, on a cream background, on a green background, on a pink background, on a gray background, "
                    + "in a green field, on a sandy beach, under the night sky, at sunset, in the snow, in the desert, under water");

    @ParameterizedTest
    @FieldSource("VOCABULARIES")
    void vocabulariesAreValidAndSayWhatTheyAre(String name) {
        Vocabulary vocabulary = ShippedConcepts.vocabulary(name);

        assertThat(vocabulary.name()).isEqualTo(name);
        assertThat(vocabulary.description()).isNotEmpty();
    }

    @ParameterizedTest
    @FieldSource("VOCABULARIES")
    void wordingsAreSpeltAsInCaptionsAndDifferInMoreThanHyphens(String name) {
        Map<String, String> owners = new HashMap<>();

        for (Concept concept : ShippedConcepts.vocabulary(name).concepts()) {
            for (String wording : concept.wordings()) {
                assertThat(wording).matches("[a-z0-9' -]+").doesNotEndWith(" style");
                assertThat(owners.put(wording.replace('-', ' '), concept.name()))
                        .as(wording)
                        .isNull();
            }
        }
    }

    @ParameterizedTest
    @FieldSource("VOCABULARIES")
    void phrasesFitTheFrameOfASentenceAndAreAllDifferent(String name) {
        Pattern comparative = Pattern.compile("^([a-z]+ )*\\{degree} (more|[a-z]+er)( [A-Za-z0-9'-]+)*$");
        List<Concept> concepts = ShippedConcepts.vocabulary(name).concepts();

        assertThat(concepts).allSatisfy(concept -> {
            assertThat(concept.phrase().template()).containsPattern(comparative);
            for (Degree degree : Degree.values()) {
                assertThat(concept.phrase().render(degree))
                        .contains(degree.adverb() + " ")
                        .doesNotContain("  ", "{", "}", "\"", ",")
                        .doesNotEndWith(".");
            }
        });
        assertThat(concepts.stream().map(Concept::phrase)).doesNotHaveDuplicates();
    }

    @Test
    void theGeneralVocabularyCoversEveryCategory() {
        Vocabulary general = ShippedConcepts.vocabulary("general");
        Map<Category, Long> counts = general.concepts().stream()
                .collect(Collectors.groupingBy(
                        Concept::category, () -> new EnumMap<>(Category.class), Collectors.counting()));

        assertThat(general.concepts()).hasSizeGreaterThanOrEqualTo(300);
        assertThat(counts).containsOnlyKeys(Category.values());
        assertThat(counts.values()).allSatisfy(count -> assertThat(count).isGreaterThanOrEqualTo(15));
        assertThat(general.concepts())
                .allSatisfy(concept -> assertThat(concept.wordings()).hasSizeBetween(2, 5));
    }

    @Test
    void theMiniatureVocabularyIsTheMiniatureWorld() {
        Map<Boolean, List<Concept>> byKind = ShippedConcepts.vocabulary("mini").concepts().stream()
                .collect(Collectors.partitioningBy(
                        concept -> concept.category() == Category.SUBJECT || concept.category() == Category.PLACE));
        Map<Category, List<String>> shown = byKind.get(true).stream()
                .collect(Collectors.groupingBy(
                        Concept::category, Collectors.mapping(Concept::name, Collectors.toList())));

        assertThat(byKind.get(false))
                .hasSize(16)
                .allSatisfy(aspect -> assertThat(aspect.wordings()).hasSize(4));
        assertThat(shown.get(Category.SUBJECT)).containsExactlyElementsOf(SHAPES);
        assertThat(shown.get(Category.PLACE)).containsExactlyElementsOf(PLACES);
    }

    @ParameterizedTest
    @CsvSource({"mini, 25", "general, 50", "portrait, 25", "artwork, 25"})
    void promptSetsHaveTheirSizesAndNoPromptTwice(String name, int size) {
        PromptSet set = ShippedConcepts.promptSet(name);

        assertThat(set.name()).isEqualTo(name);
        assertThat(set.prompts()).hasSize(size).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @FieldSource("PROMPT_SETS")
    void everyPromptJoinsWithEveryCategoryAndStaysShort(String name) {
        // A CLIP encoder reads 77 tokens, the miniature's 32. These words are 1 to 3 tokens each, most of them one.
        assertThat(ShippedConcepts.promptSet(name).prompts()).allSatisfy(prompt -> {
            assertThat(prompt).matches("[A-Za-z-]+(,? [A-Za-z-]+)*").hasSizeLessThanOrEqualTo(80);
            assertThat(prompt.split(" ")).hasSizeLessThanOrEqualTo(14);
            assertThat(PromptJoiner.join(prompt, Category.LIGHT, "backlit")).isEqualTo(prompt + ", backlit style");
            assertThat(PromptJoiner.join(prompt, Category.SUBJECT, "cat")).isEqualTo(prompt + ", cat");
        });
    }

    @ParameterizedTest
    @CsvSource({"general", "portrait", "artwork"})
    void promptsForRealModelsSayNothingOfStyle(String name) {
        List<Pattern> styles = ShippedConcepts.vocabulary("general").concepts().stream()
                .filter(concept -> concept.category() != Category.SUBJECT && concept.category() != Category.PLACE)
                .flatMap(concept -> concept.wordings().stream())
                .map(wording -> Pattern.compile("(?i)(?<![a-z])" + Pattern.quote(wording) + "(?![a-z])"))
                .toList();

        assertThat(ShippedConcepts.promptSet(name).prompts())
                .allSatisfy(prompt -> assertThat(styles)
                        .noneMatch(style -> style.matcher(prompt).find()));
    }

    @Test
    void theMiniaturePromptsFollowItsGrammarAndCoverItsWorldEvenly() {
        List<String> prompts = ShippedConcepts.promptSet("mini").prompts();
        String thing = "(a|an) (%s) (%s)".formatted(String.join("|", COLOURS), String.join("|", SHAPES));
        Pattern caption = Pattern.compile("%s( and %s)? (%s)".formatted(thing, thing, String.join("|", PLACES)));
        Pattern things = Pattern.compile(thing);

        assertThat(prompts).allSatisfy(prompt -> assertThat(prompt).matches(caption));
        List<MatchResult> named = prompts.stream()
                .flatMap(prompt -> things.matcher(prompt).results())
                .toList();
        assertThat(named)
                .allSatisfy(result -> assertThat(result.group(1))
                        .isEqualTo("aeiou".indexOf(result.group(2).charAt(0)) < 0 ? "a" : "an"));
        assertEven(SHAPES, named.stream().map(result -> result.group(3)), 2, 2);
        assertEven(COLOURS, named.stream().map(result -> result.group(2)), 2, 3);
        assertEven(
                PLACES,
                prompts.stream()
                        .map(prompt -> PLACES.stream()
                                .filter(prompt::endsWith)
                                .findFirst()
                                .orElseThrow()),
                2,
                3);
        assertThat(prompts).noneMatch(prompt -> prompt.matches(".*\\ba (\\w+) .* on a \\1 background"));
    }

    @Test
    void unknownNamesAreRefusedWithTheKnownOnes() {
        assertThatThrownBy(() -> ShippedConcepts.vocabulary("../secret"))
                .isInstanceOf(ConceptInputException.class)
                .hasMessage("vocabulary must be one of mini, general, but is \"../secret\"");
        assertThatThrownBy(() -> ShippedConcepts.promptSet("none"))
                .isInstanceOf(ConceptInputException.class)
                .hasMessage("prompts must be one of mini, general, portrait, artwork, but is \"none\"");
    }

    private static void assertEven(List<String> all, Stream<String> used, long least, long most) {
        Map<String, Long> counts = used.collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        assertThat(counts).containsOnlyKeys(all);
        assertThat(counts.values()).allSatisfy(count -> assertThat(count).isBetween(least, most));
    }

    private static List<String> words(String list) {
        return Arrays.asList(list.split(", "));
    }
}
