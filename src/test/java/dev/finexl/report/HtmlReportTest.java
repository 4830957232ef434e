package dev.finexl.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.finexl.embed.RgbImage;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.explain.Explanation;
import dev.finexl.store.ModelJson;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HtmlReportTest {

    private static final String HOSTILE = "<script>alert('x')</script> & \"'";

    private static final String JSON = """
            {"summary": "%1$s.", "changed": true, "pValue": 0.0004, "unexplained": 0.25, "explained": 0.5, "relativeError": 0.5,
             "divergenceNorm": 0.3, "vector": [], "method": "nnls", "warnings": ["%1$s"],
             "aspects": [{"name": "%1$s", "category": "palette", "score": 0.5, "interval": [0.25, 1.0],
               "share": 1, "selected": 0.9, "alsoCalled": ["%1$s"], "phrase": "%1$s"}],
             "heads": {"h": [{"name": "%1$s", "base": 0.1, "personalized": 0.2, "change": 0.1,
               "interval": [0.05, 0.15], "pValue": 0.01, "changed": true}]},
             "policy": {"passed": false, "verdicts": [{"rule": "%1$s", "passed": false, "reason": "%1$s"}]},
             "examples": [{"aspect": "%1$s", "best": {"index": 1, "prompt": "%1$s", "seed": 7, "shows": {"%1$s": 0.75}},
               "worst": {"index": 200, "prompt": "%1$s", "seed": 8, "shows": {"%1$s": -0.125}}}],
             "usage": {"cached": false, "images": 2, "imagesCached": 0, "imagesSaved": 0, "denoiserEvaluations": 4,
               "stages": {}},
             "provenance": {"models": [{"role": "%1$s", "reference": "%1$s", "files": {"%1$s": "00"}}],
               "prompts": {"name": "%1$s", "count": 1, "sha256": "00"}, "vocabulary": {"name": "%1$s", "count": 1,
               "sha256": "00"}, "conceptsOnPictures": 0, "pairing": "seed", "images": 1, "provider": "cpu",
               "versions": {"finexl": "%1$s"}}}
            """;

    private static Explanation explanation(String text) throws Exception {
        String quoted = ModelJson.MAPPER.writeValueAsString(text);
        return ModelJson.MAPPER.readValue(JSON.formatted(quoted.substring(1, quoted.length() - 1)), Explanation.class);
    }

    private static String report(Explanation explanation, PairPictures pictures) {
        return new String(HtmlReport.render(explanation, pictures), StandardCharsets.UTF_8);
    }

    @Test
    void escapesWhateverComesFromOthers() throws Exception {
        String html = report(explanation(HOSTILE), PairPictures.NONE);

        assertThat(html).contains("&lt;script&gt;alert(&#39;x&#39;)").doesNotContain("<script", "alert('x')");
        assertThat(html.replaceAll("&(amp|lt|gt|quot|#39);", "")).doesNotContain("&");
    }

    @Test
    void drawsTheScoreInScaleWithItsInterval() throws Exception {
        String html = report(explanation("vivid"), PairPictures.NONE);

        assertThat(html)
                .contains("width=\"210.00\"", "x1=\"105.00\" x2=\"420.00\"")
                .contains("[0.25, 1.00]", "90 %", "explain 50 % of the change", "25 % of the mean change")
                .contains("p = 0.00040")
                .contains("Policy not kept");
    }

    @Test
    void holdsThePicturesOfThePairsThatItHas() throws Exception {
        ReportPictures pictures = new ReportPictures();
        for (Side side : Side.values()) {
            pictures.image(side, 1, new RgbImage(2, 1, new byte[6]));
            pictures.image(side, 200, new RgbImage(2, 1, new byte[6]));
        }

        String html = report(explanation("vivid"), pictures);

        // The pair beyond those that are kept is told of without pictures.
        assertThat(html.split("data:image/png;base64,", -1)).hasSize(3);
        assertThat(html).contains("Shows it most (0.75): “vivid”, seed 7", "Shows it least (-0.13): “vivid”, seed 8");
    }
}
