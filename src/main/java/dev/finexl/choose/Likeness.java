package dev.finexl.choose;

import dev.finexl.choose.IndexedModel.Shown;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How like a model's explanation is to another's: the cosine of their aspects' scores, 0 where one of them has none. */
final class Likeness {

    private final Map<String, Double> scores = new HashMap<>();
    private final double length;

    Likeness(IndexedModel model) {
        model.aspects().forEach(aspect -> scores.put(aspect.name(), aspect.score()));
        this.length = length(model);
    }

    private static double length(IndexedModel model) {
        double squares = 0;
        for (Shown aspect : model.aspects()) {
            squares += aspect.score() * aspect.score();
        }
        return Math.sqrt(squares);
    }

    double of(IndexedModel other) {
        double product = 0;
        for (Shown aspect : other.aspects()) {
            product += aspect.score() * scores.getOrDefault(aspect.name(), 0.0);
        }
        double lengths = length * length(other);
        return lengths == 0 ? 0 : Math.min(1, product / lengths);
    }

    /** What both show, and what only the other does. */
    String why(IndexedModel other) {
        List<String> both = new ArrayList<>();
        List<String> own = new ArrayList<>();
        for (Shown aspect : other.aspects()) {
            String said = String.format(Locale.ROOT, "%s %.2f", aspect.name(), aspect.score());
            (scores.containsKey(aspect.name()) ? both : own).add(said);
        }
        List<String> parts = new ArrayList<>();
        if (!both.isEmpty()) {
            parts.add("alike: " + String.join(", ", both));
        }
        if (!own.isEmpty()) {
            parts.add("besides: " + String.join(", ", own));
        }
        return parts.isEmpty() ? "shows nothing" : String.join("; ", parts);
    }
}
