package dev.finexl.concept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptSetTest {

    @TempDir
    Path directory;

    @Test
    void readsOnePromptALineAndSkipsCommentsAndBlankLines() throws IOException {
        String text = "\uFEFF# my prompts\n  a cat. \r\n\n   # more\na dog #2\na cat.\n";
        Path file = Files.writeString(directory.resolve("mine.txt"), text);

        assertThat(PromptSet.read(file))
                .isEqualTo(PromptSet.parse("mine.txt", text))
                .isEqualTo(new PromptSet("mine.txt", List.of("a cat.", "a dog #2", "a cat.")));
    }

    @Test
    void keepsTheSpacesInsideAPrompt() {
        assertThat(new PromptSet("x", List.of(" a  cat ")).prompts()).containsExactly("a  cat");
    }

    @Test
    void refusesNoPromptsAndTenThousandAndSaysTheBounds() {
        assertThatThrownBy(() -> PromptSet.parse("mine.txt", "# nothing\n"))
                .isInstanceOf(ConceptInputException.class)
                .hasMessage("mine.txt: prompts must be 1 to 1000, but are 0");
        assertThatThrownBy(() -> new PromptSet("request", Collections.nCopies(10_000, "a cat")))
                .isInstanceOf(ConceptInputException.class)
                .hasMessage("prompts must be 1 to 1000, but are 10000");
        assertThat(new PromptSet("request", Collections.nCopies(1_000, "a cat")).prompts())
                .hasSize(1_000);
    }

    @Test
    void namesThePromptOfAFault() {
        assertThatThrownBy(() -> new PromptSet("x", List.of("a cat", "")))
                .isInstanceOf(ConceptInputException.class)
                .hasMessage("prompts[1] must not be blank");
        assertThatThrownBy(() -> new PromptSet("x", Arrays.asList("a cat", null)))
                .hasMessage("prompts[1] is missing");
        assertThatThrownBy(() -> new PromptSet("x", List.of("a".repeat(501))))
                .hasMessageContaining("prompts[0] must have at most 500 characters, but has 501");
        assertThatThrownBy(() -> PromptSet.parse("mine.txt", "a cat\n\na\u0000dog\n"))
                .hasMessage("mine.txt: line 3 must not contain the character U+0000: \"a\\u0000dog\"");
    }
}
