package dev.finexl.evaluate;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Computes the {@link Metrics} of one method from its answers. */
final class Scorecard {

    private final List<Case> cases;
    private final List<Outcome> nothing;

    /**
     * @param cases the answers on the zoo
     * @param nothing the answers on the base against itself with other seeds
     */
    Scorecard(List<Case> cases, List<Outcome> nothing) {
        this.cases = cases;
        this.nothing = nothing;
    }

    Metrics metrics() {
        Double recall = mean(changed(), _ -> true, Case::recall);
        return new Metrics(
                mean(changed(), c -> c.key().isSingleAspect(), Case::recall),
                mean(changed(), c -> c.key().all().size() > 1, Case::precision),
                mean(changed(), c -> c.key().all().size() > 1, Case::recall),
                mean(changed(), c -> c.key().all().size() == 2, Case::recall),
                mean(changed(), c -> c.key().all().size() == 3, Case::recall),
                mean(changed(), c -> !c.key().content().isEmpty(), Case::recall),
                spearman(),
                levelError(),
                mean(changed(), c -> !c.outcome().found().isEmpty(), Scorecard::wrongShare),
                recall == null ? null : 1 - recall,
                falsePositive(),
                coverage(),
                selection(),
                mean(outcomes(), _ -> true, Outcome::images),
                mean(outcomes(), _ -> true, Outcome::seconds));
    }

    private List<Case> changed() {
        return cases.stream().filter(c -> c.isFull() && !c.isNull()).toList();
    }

    private List<Outcome> outcomes() {
        return cases.stream().map(Case::outcome).toList();
    }

    private static <T> Double mean(Collection<T> all, Predicate<T> those, ToDoubleFunction<T> value) {
        var mean = all.stream().filter(those).mapToDouble(value).average();
        return mean.isPresent() ? mean.getAsDouble() : null;
    }

    private Double spearman() {
        Map<String, List<Case>> byName = cases.stream()
                .filter(c -> c.lora() && c.key().isSingleAspect())
                .collect(Collectors.groupingBy(Case::name));
        return mean(byName.values(), weights -> weights.size() > 1, weights -> {
            double[] x = weights.stream().mapToDouble(Case::weight).toArray();
            double[] y = weights.stream()
                    .mapToDouble(c -> c.outcome()
                            .scores()[c.key().levels().keySet().iterator().next()])
                    .toArray();
            return Similarity.spearman(x, y);
        });
    }

    private record Pair(double score, double level) {}

    /**
     * The sum is convex and piecewise linear in the factor, with its corners where one of the terms is zero; so it is
     * smallest at one of those, or at 0.
     */
    private Double levelError() {
        List<Pair> pairs = changed().stream()
                .flatMap(c -> c.key().levels().entrySet().stream()
                        .map(aspect -> new Pair(c.outcome().scores()[aspect.getKey()], aspect.getValue())))
                .toList();
        if (pairs.isEmpty()) {
            return null;
        }
        return Stream.concat(
                        Stream.of(0.0),
                        pairs.stream().filter(p -> p.score() > 0).map(p -> p.level() / p.score()))
                .mapToDouble(factor -> pairs.stream()
                        .mapToDouble(p -> Math.abs(factor * p.score() - p.level()))
                        .average()
                        .orElseThrow())
                .min()
                .orElseThrow();
    }

    private static double wrongShare(Case answer) {
        double wrong = 0;
        double total = 0;
        for (Outcome.Found found : answer.outcome().found()) {
            total += found.score();
            wrong += answer.key().all().contains(found.concept()) ? 0 : found.score();
        }
        return wrong / total;
    }

    private Double falsePositive() {
        List<Outcome> nulls = Stream.concat(
                        cases.stream().filter(c -> c.isFull() && c.isNull()).map(Case::outcome), nothing.stream())
                .toList();
        return mean(nulls, _ -> true, outcome -> outcome.found().isEmpty() ? 0 : 1);
    }

    private Double coverage() {
        List<Boolean> covered = new ArrayList<>();
        for (Case answer : cases) {
            if (answer.reference() != null) {
                double[] scores = answer.reference().scores();
                for (Outcome tenth : answer.reference().tenths()) {
                    tenth.found()
                            .forEach(found -> covered.add(
                                    found.low() <= scores[found.concept()] && scores[found.concept()] <= found.high()));
                }
            }
        }
        return mean(covered, _ -> true, hit -> hit ? 1 : 0);
    }

    private Double selection() {
        List<Case> all = cases.stream().filter(c -> !c.isNull()).toList();
        return mean(all, c -> hasPartner(c, all), c -> {
            Case nearest = null;
            double most = 0;
            for (Case other : all) {
                double cosine =
                        Similarity.cosine(c.outcome().scores(), other.outcome().scores());
                if (other != c && cosine > most) {
                    most = cosine;
                    nearest = other;
                }
            }
            return nearest != null && isPartner(c, nearest) ? 1 : 0;
        });
    }

    private static boolean hasPartner(Case answer, List<Case> all) {
        return all.stream().anyMatch(other -> other != answer && isPartner(answer, other));
    }

    private static boolean isPartner(Case one, Case other) {
        return one.key().all().equals(other.key().all());
    }
}
