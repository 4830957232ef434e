package dev.finexl.serve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.ExplainRequest.PolicyRule;
import dev.finexl.explain.InvalidRequestException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class ExplainOptionsTest {

    @Command
    private static final class Options {
        @Mixin
        private ExplainOptions options;
    }

    private static ExplainRequest request(String... arguments) {
        Options options = new Options();
        new CommandLine(options).parseArgs(arguments);
        return options.options.toRequest();
    }

    @Test
    void headsAreNamedOrLeftToTheModelOrSwitchedOff() {
        assertThat(request().heads()).isNull();
        assertThat(request("--head", "a", "--head", "b").heads()).containsExactly("a", "b");
        assertThat(request("--no-heads").heads()).isEmpty();
        assertThatThrownBy(() -> request("--no-heads", "--head", "a"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("exclude each other");
    }

    @Test
    void readsThePolicy() {
        assertThat(request(
                                "--policy", "mini-levels.dark:rise=0.1",
                                "--policy", "a.b.c:d:fall=1e-2",
                                "--policy", "a.film grain:level=-3")
                        .policy())
                .isEqualTo(List.of(
                        new PolicyRule("mini-levels", "dark", 0.1, null, null),
                        new PolicyRule("a", "b.c:d", null, 0.01, null),
                        new PolicyRule("a", "film grain", null, null, -3.0)));
        assertThat(request().policy()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "mini-levels",
                "mini-levels.dark",
                "mini-levels.dark:rise",
                "mini-levels.dark:rise=",
                "mini-levels.dark:rise=NaN",
                "mini-levels.dark:rise=0x1p3",
                "mini-levels.dark:rise=0.1d",
                "mini-levels.dark:rises=0.1",
                "dark:rise=0.1",
                ".dark:rise=0.1",
                "mini-levels.:rise=0.1"
            })
    void refusesAPolicyThatIsNone(String text) {
        assertThatThrownBy(() -> ExplainOptions.rule(text))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("HEAD.NUMBER:rise=X");
    }
}
