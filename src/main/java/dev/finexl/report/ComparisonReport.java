package dev.finexl.report;

import static dev.finexl.report.Numbers.interval;
import static dev.finexl.report.Numbers.number;
import static dev.finexl.report.Numbers.percent;

import dev.finexl.compare.ModelComparison;
import dev.finexl.compare.ModelComparison.ComparedAspect;
import dev.finexl.compare.ModelComparison.Score;
import io.quarkus.qute.Template;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A comparison as one HTML file that needs nothing beside it: the sentences, the scores of all models as a chart and as a
 * table, and which differences are significant. Like {@link HtmlReport} it has no script, asks for nothing, and escapes
 * every value. Thread-safe.
 */
public final class ComparisonReport {

    private static final int ROW = 15;
    private static final int GAP = 14;
    /** Where the score 0 is in the chart, and how many units the largest number is away from it. */
    private static final int ZERO = 200;

    private static final int SCALE = 540;

    private static final class Lazy {
        private static final Template TEMPLATE = Templates.open("comparison");
    }

    private ComparisonReport() {}

    /** A model, as it is shown. */
    record ModelRow(String name, String colour, boolean changed, String pValue, String explained, String unexplained) {}

    /** A score, as it is shown; lengths are units of the chart. */
    record ScoreCell(
            String model,
            String colour,
            String score,
            String interval,
            boolean shown,
            int y,
            String bar,
            String low,
            String high) {}

    /** An aspect with its scores. */
    record AspectRow(String name, String category, List<ScoreCell> scores, int y, int middle) {}

    /** A difference, as it is shown. */
    record DifferenceRow(
            String aspect,
            String first,
            String second,
            String difference,
            String interval,
            String pValue,
            boolean significant) {}

    /** Two models. */
    record PairRow(String first, String second, boolean differ, String pValue, String similarity, String agree) {}

    /** All that the template shows. */
    record View(
            String summary,
            List<ModelRow> models,
            List<AspectRow> aspects,
            int height,
            int zero,
            String certainty,
            List<String> warnings,
            List<DifferenceRow> differences,
            List<PairRow> pairs,
            String provenance) {}

    /** Writes the report, in UTF-8. */
    public static byte[] render(ModelComparison comparison) {
        return Lazy.TEMPLATE.data("view", view(comparison)).render().getBytes(StandardCharsets.UTF_8);
    }

    private static View view(ModelComparison comparison) {
        List<ModelRow> models = new ArrayList<>();
        for (ModelComparison.Model model : comparison.models()) {
            models.add(new ModelRow(
                    model.name(),
                    colour(models.size()),
                    model.changed(),
                    p(model.pValue()),
                    percent(model.explained()),
                    percent(model.unexplained())));
        }
        int group = ROW * models.size() + GAP;
        return new View(
                comparison.summary(),
                models,
                aspects(comparison.aspects(), group),
                group * comparison.aspects().size(),
                ZERO,
                "%d pictures of each model and of the base, from the same prompts and noise; intervals at %s; method %s."
                        .formatted(comparison.images(), percent(comparison.confidence()), comparison.method()),
                comparison.warnings(),
                differences(comparison),
                comparison.pairs().stream()
                        .map(pair -> new PairRow(
                                pair.first(),
                                pair.second(),
                                pair.differ(),
                                p(pair.pValue()),
                                number(pair.similarity()),
                                pair.agree().isEmpty() ? "–" : String.join(", ", pair.agree())))
                        .toList(),
                HtmlReport.pretty(comparison.models().stream()
                        .map(ModelComparison.Model::provenance)
                        .toList()));
    }

    private static List<AspectRow> aspects(List<ComparedAspect> aspects, int group) {
        double most = aspects.stream()
                .flatMap(aspect -> aspect.scores().stream())
                .mapToDouble(score -> Math.max(score.score(), score.interval().high()))
                .max()
                .orElse(1);
        List<AspectRow> rows = new ArrayList<>();
        for (ComparedAspect aspect : aspects) {
            List<ScoreCell> cells = new ArrayList<>();
            for (Score score : aspect.scores()) {
                cells.add(new ScoreCell(
                        score.model(),
                        colour(cells.size()),
                        number(score.score()),
                        interval(score.interval().low(), score.interval().high()),
                        score.shown(),
                        ROW * cells.size(),
                        length(score.score(), most),
                        length(score.interval().low(), most),
                        length(score.interval().high(), most)));
            }
            rows.add(new AspectRow(aspect.name(), aspect.category(), cells, group * rows.size(), group / 2));
        }
        return rows;
    }

    private static List<DifferenceRow> differences(ModelComparison comparison) {
        return comparison.aspects().stream()
                .flatMap(aspect -> aspect.differences().stream()
                        .map(difference -> new DifferenceRow(
                                aspect.name(),
                                difference.first(),
                                difference.second(),
                                number(difference.difference()),
                                interval(
                                        difference.interval().low(),
                                        difference.interval().high()),
                                p(difference.pValue()),
                                difference.significant())))
                .toList();
    }

    /** Methods that allow negative weights have their bars end at zero; the table has the numbers. */
    private static String length(double value, double most) {
        return number(SCALE * Math.max(0, value) / most);
    }

    private static String colour(int model) {
        return "m" + model;
    }

    private static String p(double value) {
        return String.format(Locale.ROOT, "%.2g", value);
    }
}
