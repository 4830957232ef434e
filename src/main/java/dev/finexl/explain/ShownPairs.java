package dev.finexl.explain;

import dev.finexl.explain.AspectFinder.Findings;
import dev.finexl.explain.RequestResolver.Plan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Says of every pair what it draws and how much of each aspect it shows. Exists because a score is a mean that nobody can
 * look at: the pair that shows an aspect best is what it means, and the one that shows it least is how far it can be
 * relied on.
 */
final class ShownPairs {

    private ShownPairs() {}

    /** The pairs that some findings rest on; none where pictures are not paired. */
    static List<ShownPair> of(Plan plan, Findings findings) {
        if (!plan.comparison().pairing().paired()) {
            return List.of();
        }
        List<ShownPair> pairs = new ArrayList<>(findings.shows().length);
        for (int j = 0; j < findings.shows().length; j++) {
            Map<String, Double> shows = new LinkedHashMap<>();
            for (int a = 0; a < findings.aspects().size(); a++) {
                shows.put(findings.aspects().get(a).name(), findings.shows()[j][a]);
            }
            String prompt =
                    plan.promptsKnown() ? PairSampler.prompt(plan.prompts().prompts(), j) : null;
            pairs.add(
                    switch (plan.comparison()) {
                        case Comparison.Sampled sampled ->
                            new ShownPair(j, prompt, sampled.seed() + j, null, null, shows);
                        case Comparison.Given given ->
                            new ShownPair(
                                    j,
                                    prompt,
                                    null,
                                    given.baseNames().get(j),
                                    given.personalizedNames().get(j),
                                    shows);
                    });
        }
        return List.copyOf(pairs);
    }

    /** The pairs that show each aspect best and least; none without pairs. */
    static List<AspectExample> examples(List<Aspect> aspects, List<ShownPair> pairs) {
        if (pairs.isEmpty()) {
            return List.of();
        }
        return aspects.stream()
                .map(aspect -> {
                    // Of equal pairs the first, both ways.
                    Comparator<ShownPair> more =
                            Comparator.comparingDouble(pair -> pair.shows().get(aspect.name()));
                    return new AspectExample(
                            aspect.name(),
                            pairs.stream().min(more.reversed()).orElseThrow(),
                            pairs.stream().min(more).orElseThrow());
                })
                .toList();
    }
}
