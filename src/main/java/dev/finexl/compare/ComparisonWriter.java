package dev.finexl.compare;

import dev.finexl.compare.ModelComparison.ComparedAspect;
import dev.finexl.compare.ModelComparison.Difference;
import dev.finexl.compare.ModelComparison.Model;
import dev.finexl.compare.ModelComparison.Score;
import dev.finexl.concept.Concept;
import dev.finexl.explain.Aspect;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Says a comparison in a few sentences: what all models have in common, and in what they differ significantly. */
final class ComparisonWriter {

    /** More sentences than this nobody reads; the table has them all. */
    private static final int MOST = 8;

    private final List<Model> models;
    private final List<ComparedAspect> aspects;
    private final List<Concept> concepts;

    /** @param concepts of the aspects, in their order */
    ComparisonWriter(List<Model> models, List<ComparedAspect> aspects, List<Concept> concepts) {
        this.models = models;
        this.aspects = aspects;
        this.concepts = concepts;
    }

    String write() {
        List<String> sentences = new ArrayList<>();
        List<String> same = models.stream()
                .filter(model -> !model.changed())
                .map(Model::name)
                .toList();
        if (!same.isEmpty()) {
            sentences.add("%s cannot be told apart from the base.".formatted(list(same)));
        }
        List<String> alike = new ArrayList<>();
        List<String> differ = new ArrayList<>();
        for (int i = 0; i < aspects.size(); i++) {
            boolean significant = aspects.get(i).differences().stream().anyMatch(Difference::significant);
            if (significant) {
                differ.add(differs(aspects.get(i), concepts.get(i)));
            } else if (aspects.get(i).scores().stream().allMatch(Score::shown)) {
                alike.add(alike(aspects.get(i), concepts.get(i)));
            }
        }
        sentences.addAll(alike.subList(0, Math.min(MOST, alike.size())));
        sentences.addAll(differ.subList(0, Math.min(MOST, differ.size())));
        int more = Math.max(0, alike.size() - MOST) + Math.max(0, differ.size() - MOST);
        if (more > 0) {
            sentences.add("%d more are in the table.".formatted(more));
        }
        if (differ.isEmpty()) {
            sentences.add("No aspect differs significantly between them.");
        }
        return String.join(" ", sentences);
    }

    private String alike(ComparedAspect aspect, Concept concept) {
        double mean =
                aspect.scores().stream().mapToDouble(Score::score).average().orElseThrow();
        return "The pictures of %s are %s, without a significant difference (%s)."
                .formatted(
                        models.size() == 2 ? "both" : "all",
                        concept.phrase().render(Aspect.degree(mean)),
                        aspect.scores().stream()
                                .map(score -> number(score.score()))
                                .collect(Collectors.joining(", ")));
    }

    /** From the model that is highest in the largest difference to all that are significantly below it. */
    private static String differs(ComparedAspect aspect, Concept concept) {
        Difference largest = aspect.differences().stream()
                .filter(Difference::significant)
                .max(Comparator.comparingDouble(difference -> Math.abs(difference.difference())))
                .orElseThrow();
        String top = largest.difference() > 0 ? largest.first() : largest.second();
        List<Score> below = aspect.scores().stream()
                .filter(score -> aspect.differences().stream().anyMatch(difference -> isBelow(difference, score, top)))
                .toList();
        return "The pictures of %s are %s than those of %s (%s to %s)."
                .formatted(
                        quoted(top),
                        concept.phrase().render(Aspect.degree(Math.abs(largest.difference()))),
                        list(below.stream().map(Score::model).toList()),
                        number(aspect.scores().stream()
                                .filter(score -> score.model().equals(top))
                                .findFirst()
                                .orElseThrow()
                                .score()),
                        below.stream().map(score -> number(score.score())).collect(Collectors.joining(", ")));
    }

    private static boolean isBelow(Difference difference, Score score, String top) {
        return difference.significant()
                && (difference.difference() > 0
                        ? difference.first().equals(top) && difference.second().equals(score.model())
                        : difference.second().equals(top) && difference.first().equals(score.model()));
    }

    private static String list(List<String> names) {
        List<String> quoted = names.stream().map(ComparisonWriter::quoted).toList();
        int last = quoted.size() - 1;
        return last == 0 ? quoted.getFirst() : String.join(", ", quoted.subList(0, last)) + " and " + quoted.get(last);
    }

    private static String quoted(String name) {
        return "“" + name + "”";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
