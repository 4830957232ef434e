package dev.finexl.report;

import static dev.finexl.report.Numbers.interval;
import static dev.finexl.report.Numbers.number;

import dev.finexl.compare.ModelComparison;
import dev.finexl.compare.ModelComparison.ComparedAspect;
import dev.finexl.compare.ModelComparison.Difference;
import dev.finexl.compare.ModelComparison.Model;
import dev.finexl.compare.ModelComparison.Score;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A comparison as two tables of text: the scores of all models, and the differences that are significant. */
public final class TerminalComparison {

    private static final String NOT_SHOWN = "–";

    private TerminalComparison() {}

    /** The tables; empty if no model shows anything. */
    public static String render(ModelComparison comparison) {
        if (comparison.aspects().isEmpty()) {
            return "";
        }
        List<List<String>> scores = new ArrayList<>();
        scores.add(header(comparison.models()));
        comparison.aspects().forEach(aspect -> scores.add(scores(aspect)));
        List<List<String>> differences = new ArrayList<>();
        for (ComparedAspect aspect : comparison.aspects()) {
            aspect.differences().stream()
                    .filter(Difference::significant)
                    .forEach(difference -> differences.add(difference(aspect.name(), difference)));
        }
        String tables = table(scores);
        return differences.isEmpty()
                ? tables
                : tables + System.lineSeparator() + "Significant differences:" + System.lineSeparator()
                        + table(differences);
    }

    private static List<String> header(List<Model> models) {
        List<String> header = new ArrayList<>(List.of(""));
        models.forEach(model -> header.add(model.name()));
        return header;
    }

    private static List<String> scores(ComparedAspect aspect) {
        List<String> row = new ArrayList<>(List.of(aspect.name()));
        for (Score score : aspect.scores()) {
            row.add(
                    score.shown()
                            ? number(score.score()) + " "
                                    + interval(
                                            score.interval().low(),
                                            score.interval().high())
                            : NOT_SHOWN);
        }
        return row;
    }

    private static List<String> difference(String aspect, Difference difference) {
        boolean firstIsHigher = difference.difference() > 0;
        return List.of(
                aspect,
                firstIsHigher
                        ? difference.first() + " over " + difference.second()
                        : difference.second() + " over " + difference.first(),
                number(Math.abs(difference.difference())),
                firstIsHigher
                        ? interval(
                                difference.interval().low(),
                                difference.interval().high())
                        : interval(
                                -difference.interval().high(),
                                -difference.interval().low()),
                String.format(Locale.ROOT, "p = %.2g", difference.pValue()));
    }

    /** Columns as wide as their widest cell. */
    private static String table(List<List<String>> rows) {
        StringBuilder table = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                int at = column;
                int width = rows.stream()
                        .mapToInt(other -> other.get(at).length())
                        .max()
                        .orElse(0);
                line.append("  ").append(TerminalChart.pad(row.get(column), width));
            }
            table.append(line.toString().stripTrailing()).append(System.lineSeparator());
        }
        return table.toString();
    }
}
