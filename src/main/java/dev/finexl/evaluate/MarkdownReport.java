package dev.finexl.evaluate;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A comparison as Markdown: the table of methods and metrics, and what each method named. */
final class MarkdownReport {

    private static final Map<String, Function<Metrics, Double>> COLUMNS = new LinkedHashMap<>();

    static {
        COLUMNS.put("firstAspect", Metrics::firstAspect);
        COLUMNS.put("precisionAtK", Metrics::precisionAtK);
        COLUMNS.put("recallAtK", Metrics::recallAtK);
        COLUMNS.put("pairs", Metrics::pairs);
        COLUMNS.put("triples", Metrics::triples);
        COLUMNS.put("content", Metrics::content);
        COLUMNS.put("spearman", Metrics::spearman);
        COLUMNS.put("levelError", Metrics::levelError);
        COLUMNS.put("wrongShare", Metrics::wrongShare);
        COLUMNS.put("error", Metrics::error);
        COLUMNS.put("falsePositive", Metrics::falsePositive);
        COLUMNS.put("coverage", Metrics::coverage);
        COLUMNS.put("selection", Metrics::selection);
        COLUMNS.put("imagesUsed", Metrics::imagesUsed);
        COLUMNS.put("seconds", Metrics::seconds);
    }

    private MarkdownReport() {}

    /** The table: a row for each method, a column for each metric, – where there was nothing to measure. */
    static String table(Evaluation evaluation) {
        StringBuilder table = new StringBuilder();
        table.append("| method | ").append(String.join(" | ", COLUMNS.keySet())).append(" |\n");
        table.append("|---|").append("---|".repeat(COLUMNS.size())).append('\n');
        evaluation
                .methods()
                .forEach((method, metrics) -> table.append("| ")
                        .append(method)
                        .append(" | ")
                        .append(COLUMNS.values().stream()
                                .map(column -> number(column.apply(metrics)))
                                .collect(Collectors.joining(" | ")))
                        .append(" |\n"));
        return table.toString();
    }

    /**
     * The whole report.
     *
     * @param scoreCharts file name of each method's chart of scores, which lies beside the report
     */
    static String write(Evaluation evaluation, String methodsChart, Map<String, String> scoreCharts) {
        StringBuilder report = new StringBuilder();
        report.append(
                "# Methods compared on a zoo of %d personalizations\n\n".formatted(evaluation.personalizations()));
        report.append("%d explanations by each method, with %d pictures on each side.\n\n"
                .formatted(evaluation.explanations(), evaluation.images()));
        report.append(table(evaluation)).append('\n');
        report.append("![Methods compared](%s)\n\n".formatted(methodsChart));
        report.append("## What was named\n\n");
        report.append("At weight 1, as many concepts as are true and one more; true ones are bold.\n\n");
        String methods = String.join(" | ", evaluation.methods().keySet());
        report.append("| personalization | ").append(methods).append(" |\n");
        report.append("|---|")
                .append("---|".repeat(evaluation.methods().size()))
                .append('\n');
        evaluation.answers().stream()
                .filter(answer -> answer.weight() == 1)
                .forEach(answer -> report.append("| ")
                        .append(escape(answer.name()))
                        .append(" | ")
                        .append(evaluation.methods().keySet().stream()
                                .map(method -> named(answer, method))
                                .collect(Collectors.joining(" | ")))
                        .append(" |\n"));
        report.append("\n## Scores against levels\n\n");
        scoreCharts.forEach((method, file) -> report.append("![%s](%s)\n\n".formatted(method, file)));
        return report.toString();
    }

    private static String named(Evaluation.Answer answer, String method) {
        return answer.methods().get(method).named().stream()
                .map(name -> answer.truth().containsKey(name) ? "**" + escape(name) + "**" : escape(name))
                .collect(Collectors.joining(", "));
    }

    private static String number(Double value) {
        return value == null ? "–" : String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.2f" : "%.0f", value);
    }

    /** Names come from folders and vocabularies: none may break the table or become markup. */
    static String escape(String text) {
        return text.codePoints()
                .flatMap(c -> Character.isISOControl(c)
                        ? IntStream.of(' ')
                        : "\\`*_{}[]<>()#!|&".indexOf(c) >= 0 ? IntStream.of('\\', c) : IntStream.of(c))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
