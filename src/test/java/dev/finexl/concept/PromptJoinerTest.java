package dev.finexl.concept;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PromptJoinerTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "a red circle at sunset|a red circle at sunset, vivid style",
                "a red circle at sunset.|a red circle at sunset, vivid style",
                "a red circle at sunset. .. |a red circle at sunset, vivid style",
                "a 1.5 m tall fish!|a 1.5 m tall fish!, vivid style",
                " . |vivid style"
            })
    void dropsTrailingSpacesAndFullStopsAndAppendsTheStyle(String prompt, String joined) {
        assertThat(PromptJoiner.join(prompt, Category.PALETTE, "vivid")).isEqualTo(joined);
    }

    @ParameterizedTest
    @EnumSource
    void saysEverythingButSubjectsAndPlacesAsAStyle(Category category) {
        boolean shown = category == Category.SUBJECT || category == Category.PLACE;

        assertThat(PromptJoiner.join("a cat.", category, "x")).isEqualTo(shown ? "a cat, x" : "a cat, x style");
    }
}
