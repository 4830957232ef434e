package dev.finexl.report;

import dev.finexl.explain.Aspect;
import dev.finexl.explain.Explanation;
import java.util.Locale;

/**
 * The aspects of an explanation as a bar chart of text, strongest first: a bar as long as the score, its name on the
 * left, score and interval on the right.
 */
public final class TerminalChart {

    private static final int BAR = 40;
    private static final String EIGHTHS = " ▏▎▍▌▋▊▉█";

    private TerminalChart() {}

    /** The chart, a line for each aspect; empty if nothing was found. */
    public static String render(Explanation explanation) {
        int names = explanation.aspects().stream()
                .mapToInt(aspect -> aspect.name().length())
                .max()
                .orElse(0);
        double most =
                explanation.aspects().stream().mapToDouble(Aspect::score).max().orElse(1);
        StringBuilder chart = new StringBuilder();
        for (Aspect aspect : explanation.aspects()) {
            chart.append("  ")
                    .append(pad(aspect.name(), names))
                    .append("  ")
                    .append(pad(bar(aspect.score() / most), BAR))
                    .append(String.format(
                            Locale.ROOT,
                            "  %.2f  [%.2f, %.2f]%n",
                            aspect.score(),
                            aspect.interval().low(),
                            aspect.interval().high()));
        }
        return chart.toString();
    }

    private static String bar(double fraction) {
        int eighths = (int) Math.max(1, Math.round(fraction * BAR * 8));
        String whole = "█".repeat(eighths / 8);
        return eighths % 8 == 0 ? whole : whole + EIGHTHS.charAt(eighths % 8);
    }

    static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
