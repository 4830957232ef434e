package dev.finexl.report;

import dev.finexl.choose.Selection;
import dev.finexl.choose.Selection.Chosen;
import dev.finexl.choose.Selection.Understood;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A selection as lines of text: how the wish was understood, and a line for each model with its reason. */
public final class TerminalSelection {

    private TerminalSelection() {}

    /** The text; every line ends. */
    public static String render(Selection selection) {
        List<String> lines = new ArrayList<>();
        if (selection.wish() != null) {
            lines.add("Wish: "
                    + selection.wish().stream()
                            .map(TerminalSelection::understood)
                            .collect(Collectors.joining(", ")));
            if (!selection.ignored().isEmpty()) {
                lines.add("Not understood, and ignored: " + String.join(", ", selection.ignored()));
            }
        } else {
            lines.add("Like %s (%s)"
                    .formatted(selection.like().name(), selection.like().why()));
        }
        lines.add("");
        int names = selection.models().stream()
                .mapToInt(model -> model.name().length())
                .max()
                .orElse(0);
        int rank = 1;
        for (Chosen model : selection.models()) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%3d  %5.2f  %s  %s",
                    rank++,
                    model.fit(),
                    TerminalChart.pad(model.name(), names),
                    model.why()));
        }
        lines.add("");
        lines.add("Chosen among %d models, %d of them explained now."
                .formatted(selection.searched(), selection.explained()));
        return lines.stream().map(line -> line + System.lineSeparator()).collect(Collectors.joining());
    }

    private static String understood(Understood item) {
        String nearest = item.similarity() == null
                ? ""
                : String.format(Locale.ROOT, " (nearest to “%s”, %.2f)", item.said(), item.similarity());
        return item.inWords() + nearest;
    }
}
