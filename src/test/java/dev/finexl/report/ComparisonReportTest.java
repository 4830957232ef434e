package dev.finexl.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.finexl.compare.ModelComparison;
import dev.finexl.store.ModelJson;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ComparisonReportTest {

    private static final String JSON = """
            {"summary": "%1$s.",
             "models": [
               {"name": "%1$s", "changed": true, "pValue": 0.0004, "aspects": ["%1$s"], "explained": 0.5, "unexplained": 0.25,
                "divergenceNorm": 0.3, "provenance": null},
               {"name": "other", "changed": false, "pValue": 0.5, "aspects": [], "explained": 0, "unexplained": 1,
                "divergenceNorm": 0.1, "provenance": null}],
             "aspects": [{"name": "%1$s", "category": "palette", "alsoCalled": ["%1$s"],
               "scores": [{"model": "%1$s", "score": 0.5, "interval": [0.25, 1.0], "shown": true},
                 {"model": "other", "score": 0.0, "interval": [0.0, 0.125], "shown": false}],
               "differences": [{"first": "%1$s", "second": "other", "difference": 0.5, "interval": [0.25, 0.75],
                 "pValue": 0.001, "significant": true}]}],
             "pairs": [{"first": "%1$s", "second": "other", "pValue": 0.001, "differ": true, "similarity": 0.25,
               "agree": ["%1$s"], "disagree": ["%1$s"], "undecided": []}],
             "images": 16, "confidence": 0.95, "method": "nnls", "warnings": ["%1$s"],
             "usage": {"images": 48, "imagesCached": 0, "denoiserEvaluations": 480}}
            """;

    private static ModelComparison comparison(String text) throws Exception {
        String quoted = ModelJson.MAPPER.writeValueAsString(text);
        return ModelJson.MAPPER.readValue(
                JSON.formatted(quoted.substring(1, quoted.length() - 1)), ModelComparison.class);
    }

    private static String report(String text) throws Exception {
        return new String(ComparisonReport.render(comparison(text)), StandardCharsets.UTF_8);
    }

    @Test
    void escapesWhateverComesFromOthers() throws Exception {
        String html = report("<script>alert('x')</script> & \"'");

        assertThat(html).contains("&lt;script&gt;alert(&#39;x&#39;)").doesNotContain("<script", "alert('x')");
        assertThat(html.replaceAll("&(amp|lt|gt|quot|#39|emsp);", "")).doesNotContain("&");
    }

    @Test
    void drawsTheScoresOfAllModelsInOneScale() throws Exception {
        String html = report("vivid");

        assertThat(html)
                .contains("class=\"bar m0\" width=\"270.00\"", "x1=\"135.00\" x2=\"540.00\"")
                .contains("class=\"bar m1\" width=\"0.00\"", "x1=\"0.00\" x2=\"67.50\"")
                .contains(
                        "<strong>0.50</strong>",
                        "<td class=\"noise\">0.00",
                        "[0.25, 0.75]",
                        "16 pictures of each model")
                .contains("<style>", "--ground");
    }

    @Test
    void isATableOnTheTerminal() throws Exception {
        assertThat(TerminalComparison.render(comparison("vivid")).lines())
                .containsExactly(
                        "         vivid              other",
                        "  vivid  0.50 [0.25, 1.00]  –",
                        "",
                        "Significant differences:",
                        "  vivid  vivid over other  0.50  [0.25, 0.75]  p = 0.0010");
    }
}
