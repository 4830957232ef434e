package dev.finexl.concept;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.StringLength;

/** Whatever is handed in, the answer is a valid prompt set or the one exception that is declared. */
class PromptSetProperties {

    @Property(seed = "1")
    void anyText(@ForAll @StringLength(max = 1_200) String text) {
        read(text).ifPresent(PromptSetProperties::assertValid);
    }

    @Property(seed = "2")
    void hostileLines(@ForAll("lines") String text) {
        read(text).ifPresent(PromptSetProperties::assertValid);
    }

    @Provide
    Arbitrary<String> lines() {
        return Arbitraries.strings()
                .withChars("ab .#\n\r\t\u0000\u0085\u00A0\u2028\u202E\uD83D\uDE00\uFEFF")
                .ofMaxLength(40);
    }

    private static Optional<PromptSet> read(String text) {
        try {
            return Optional.of(PromptSet.parse("test", text));
        } catch (ConceptInputException e) {
            assertThat(e).hasMessageStartingWith("test: ");
            return Optional.empty();
        }
    }

    private static void assertValid(PromptSet set) {
        assertThat(set.prompts()).hasSizeBetween(1, PromptSet.MAX_PROMPTS).allSatisfy(prompt -> {
            assertThat(prompt.codePointCount(0, prompt.length())).isBetween(1, PromptSet.MAX_LENGTH);
            assertThat(prompt).isEqualTo(prompt.strip()).doesNotContainPattern("[\\p{Cntrl}\\u2028\\u202E]");
            assertThat(prompt.codePoints()).noneMatch(codePoint -> codePoint >= 0xD800 && codePoint <= 0xDFFF);
        });
    }
}
