package dev.finexl.evaluate;

import dev.finexl.report.Svg;
import dev.finexl.report.Svg.Anchor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** Charts of a comparison: many small panels with one axis, which need no legend. */
final class Charts {

    private static final String BAR = "#3b6ea5";
    private static final String GRID = "#d0d0d0";
    private static final int MARGIN = 20;

    private static final int BAR_WIDTH = 120;
    private static final int BAR_PANEL = 190;
    private static final int ROW = 22;
    private static final int NAMES = 140;

    private static final int PANEL = 180;
    private static final int PLOT = 130;
    private static final int COLUMNS = 4;

    private Charts() {}

    /** A row for each method, and a panel of bars from 0 to 1 for each of the chief metrics. */
    static String methods(Evaluation evaluation) {
        Map<String, Function<Metrics, Double>> panels = new LinkedHashMap<>();
        panels.put("firstAspect ↑", Metrics::firstAspect);
        panels.put("recallAtK ↑", Metrics::recallAtK);
        panels.put("spearman ↑", Metrics::spearman);
        panels.put("error ↓", Metrics::error);
        panels.put("falsePositive ↓", Metrics::falsePositive);
        int rows = evaluation.methods().size();
        int bottom = 2 * MARGIN + ROW * rows;
        Svg svg = new Svg(NAMES + BAR_PANEL * panels.size(), bottom + MARGIN);
        int row = 0;
        for (String method : evaluation.methods().keySet()) {
            svg.text(NAMES - 10.0, 2.0 * MARGIN + ROW * row++ + 15, Anchor.END, method);
        }
        int left = NAMES;
        for (Map.Entry<String, Function<Metrics, Double>> panel : panels.entrySet()) {
            svg.text(left, MARGIN + 5.0, Anchor.START, panel.getKey());
            double top = 2.0 * MARGIN;
            for (Metrics metrics : evaluation.methods().values()) {
                bar(svg, left, top, panel.getValue().apply(metrics));
                top += ROW;
            }
            svg.line(left, 2.0 * MARGIN, left, bottom, GRID);
            left += BAR_PANEL;
        }
        return svg.document();
    }

    private static void bar(Svg svg, double left, double top, Double value) {
        double length = value == null ? 0 : BAR_WIDTH * Math.clamp(value, 0, 1);
        svg.rectangle(left, top + 3, length, ROW - 6.0, BAR);
        svg.text(left + length + 5, top + 15, Anchor.START, value == null ? "–" : number(value));
    }

    /** The score of the true aspect against the level, which is the trained level times the weight: a panel for each LoRA. */
    static String scores(Evaluation evaluation, String method) {
        Map<String, List<Evaluation.Answer>> loras = new LinkedHashMap<>();
        for (Evaluation.Answer answer : evaluation.answers()) {
            loras.computeIfAbsent(answer.name(), _ -> new ArrayList<>()).add(answer);
        }
        loras.values().removeIf(answers -> answers.size() < 2);
        double highest = loras.values().stream()
                .flatMap(List::stream)
                .mapToDouble(answer -> score(answer, method))
                .max()
                .orElse(0);
        double most = highest > 0 ? highest : 1;
        int rows = (loras.size() + COLUMNS - 1) / COLUMNS;
        Svg svg = new Svg(MARGIN + COLUMNS * PANEL, 2 * MARGIN + Math.max(1, rows) * PANEL);
        svg.text(
                MARGIN,
                MARGIN,
                Anchor.START,
                "%s: score (0 to %s) against level (0 to 1)".formatted(method, number(most)));
        int panel = 0;
        for (List<Evaluation.Answer> answers : loras.values()) {
            double left = MARGIN + PANEL * (panel % COLUMNS);
            double bottom = 2.0 * MARGIN + PANEL * (panel / COLUMNS) + MARGIN + PLOT;
            panel(svg, left, bottom, answers, method, most);
            panel++;
        }
        return svg.document();
    }

    private static void panel(
            Svg svg, double left, double bottom, List<Evaluation.Answer> answers, String method, double most) {
        svg.text(left, bottom - PLOT - 6, Anchor.START, answers.getFirst().name());
        svg.line(left, bottom, left + PLOT, bottom, GRID);
        svg.line(left, bottom - PLOT, left, bottom, GRID);
        double[] x = new double[answers.size()];
        double[] y = new double[answers.size()];
        for (int i = 0; i < x.length; i++) {
            Evaluation.Answer answer = answers.get(i);
            double level = answer.weight() * answer.truth().values().iterator().next();
            x[i] = left + PLOT * level;
            y[i] = bottom - PLOT * Math.max(0, score(answer, method)) / most;
        }
        svg.path(x, y, BAR);
    }

    private static double score(Evaluation.Answer answer, String method) {
        return answer.methods().get(method).trueScores().values().iterator().next();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
