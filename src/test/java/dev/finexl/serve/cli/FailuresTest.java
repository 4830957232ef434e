package dev.finexl.serve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.finexl.explain.InvalidRequestException;
import dev.finexl.store.ModelFileException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class FailuresTest {

    private final StringWriter said = new StringWriter();

    @CommandLine.Command
    private static final class Nothing {}

    private int code(Exception failure) {
        CommandLine command = new CommandLine(new Nothing()).setErr(new PrintWriter(said, true));
        return new Failures().handleExecutionException(failure, command, null);
    }

    @Test
    void tellsABadRequestFromABadFile() {
        assertThat(code(new InvalidRequestException("steps", "expected at least 1")))
                .isEqualTo(2);
        assertThat(code(new ModelFileException("file 'a' is damaged"))).isEqualTo(1);
        assertThat(said.toString().lines())
                .containsExactly("finexl: steps: expected at least 1", "finexl: file 'a' is damaged");
    }

    /** A tensor can be called anything. */
    @Test
    void writesNothingThatATerminalWouldObey() {
        code(new ModelFileException("initializer '\u001b]0;owned\u0007\u009b2J\r' is damaged\n\tin two lines"));
        assertThat(said.toString().lines())
                .containsExactly(
                        "finexl: initializer '\uFFFD]0;owned\uFFFD\uFFFD2J\uFFFD' is damaged", "\tin two lines");
    }
}
