package dev.finexl.concept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PhraseTest {

    @Test
    void putsTheDegreeWhereThePlaceholderStands() {
        assertThat(new Phrase("{degree} more vivid in colour").render(Degree.MUCH))
                .isEqualTo("much more vivid in colour");
        assertThat(new Phrase("lit with {degree} more neon").render(Degree.SLIGHTLY))
                .isEqualTo("lit with slightly more neon");
        assertThat(new Phrase("{degree} darker").render(Degree.CLEARLY)).isEqualTo("clearly darker");
    }

    @Test
    void keepsOneSpaceBetweenWords() {
        assertThat(new Phrase("  lit   with {degree}  more neon "))
                .isEqualTo(new Phrase("lit with {degree} more neon"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "more vivid",
                "{degree} more vivid, {degree} darker",
                "{degree} more {colour}",
                "{degree} more } vivid",
                "{Degree} darker"
            })
    void refusesAnythingButOnePlaceholder(String template) {
        assertThatThrownBy(() -> new Phrase(template))
                .isInstanceOf(ConceptInputException.class)
                .hasMessageContaining("phrase must hold {degree} exactly once")
                .hasMessageContaining(template);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{degree}darker", "very{degree} darker", "darker {degree}", "{degree}", "{degree}, darker"})
    void refusesAPlaceholderThatIsNotAWordInFrontOfAnother(String template) {
        assertThatThrownBy(() -> new Phrase(template))
                .isInstanceOf(ConceptInputException.class)
                .hasMessageContaining("as a word of its own in front of another");
    }

    @Test
    void refusesAFullStopAtTheEnd() {
        assertThatThrownBy(() -> new Phrase("{degree} darker."))
                .isInstanceOf(ConceptInputException.class)
                .hasMessageContaining("must not end with a full stop");
    }

    @Test
    void refusesWhatIsMissingBlankTooLongOrOnTwoLines() {
        assertThatThrownBy(() -> new Phrase(null)).hasMessage("phrase is missing");
        assertThatThrownBy(() -> new Phrase(" ")).hasMessage("phrase must not be blank");
        assertThatThrownBy(() -> new Phrase("{degree} more " + "x".repeat(200)))
                .hasMessageContaining("phrase must have at most 200 characters, but has 214");
        assertThatThrownBy(() -> new Phrase("{degree} darker\nand colder"))
                .hasMessageContaining("must not contain the character U+000A");
    }

    @ParameterizedTest
    @EnumSource
    void standardPhrasesQuoteTheNameAndFitAlsoTheLongest(Category category) {
        assertThat(category.standardPhrase("weirdcore").render(Degree.MUCH)).matches("much more .*\"weirdcore\".*");
        String longest = "x".repeat(Concept.MAX_LENGTH);
        assertThat(Concept.named(category, longest).phrase().render(Degree.SLIGHTLY))
                .contains(longest);
    }
}
