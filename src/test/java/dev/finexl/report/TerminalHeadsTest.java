package dev.finexl.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.explain.Explanation;
import org.junit.jupiter.api.Test;

class TerminalHeadsTest {

    private static Explanation explanation(String fields) throws JsonProcessingException {
        return new ObjectMapper().readValue("{" + fields + "}", Explanation.class);
    }

    private static String output(String name, double change, boolean changed) {
        return output(name, change, changed, 0.1);
    }

    private static String output(String name, double change, boolean changed, double error) {
        return """
                {"name": "%s", "base": 0.5, "personalized": %s, "change": %s, "interval": [%s, %s], "pValue": 0.01,
                 "changed": %s, "direction": "higher means more", "unit": "",
                 "heldOutError": %s}""".formatted(name, 0.5 + change, change, change - 0.125, change + 0.125, changed, error);
    }

    @Test
    void showsWhatChanged() throws JsonProcessingException {
        Explanation explanation = explanation("\"heads\": {\"levels\": [%s, %s, %s], \"other\": [%s]}"
                .formatted(
                        output("vivid", 0.25, true),
                        output("dark", -0.25, true, 0.3),
                        output("blurry", 0.01, false),
                        output("x", 0, false)));

        assertThat(TerminalHeads.renderChanges(explanation)).isEqualToNormalizingNewlines("""
                        Measured by levels:
                          vivid  0.500 -> 0.750  +0.250 [+0.125, +0.375]
                          dark   0.500 -> 0.250  -0.250 [-0.375, -0.125]  (the head errs by 0.300)
                        """);
        assertThat(TerminalHeads.renderPolicy(explanation)).isEmpty();
    }

    @Test
    void showsThePolicy() throws JsonProcessingException {
        Explanation explanation = explanation("""
                "heads": {}, "policy": {"passed": false, "verdicts": [
                  {"rule": "levels.dark rises by at most 0.1", "passed": false, "reason": "it changes by 0.2"},
                  {"rule": "levels.dark is at most 1", "passed": true, "reason": "it is 0.3"}]}""");

        assertThat(TerminalHeads.renderChanges(explanation)).isEmpty();
        assertThat(TerminalHeads.renderPolicy(explanation)).isEqualToNormalizingNewlines("""
                        Policy failed:
                          failed: levels.dark rises by at most 0.1; it changes by 0.2
                          passed: levels.dark is at most 1; it is 0.3
                        """);
    }
}
