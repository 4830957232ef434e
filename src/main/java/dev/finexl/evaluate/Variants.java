package dev.finexl.evaluate;

import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.ExplainRequest.LoraChoice;
import dev.finexl.explain.ExplanationParts;
import dev.finexl.explain.ExplanationParts.Prepared;
import dev.finexl.explain.InvalidRequestException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All comparisons that a zoo asks for: each personalisation as it is; LoRAs with one aspect also at lower weights, to see
 * whether scores follow; and each base against itself with other seeds, where nothing is to be found.
 *
 * @param all in the order in which they are made
 */
record Variants(List<Variant> all) {

    /** Lower weights of LoRAs, as the metrics want them. */
    private static final List<Double> WEAKER = List.of(0.25, 0.5, 0.75);

    /** Comparisons of a base with itself. */
    private static final int REPEATS = 5;

    /** Between the seeds of repeats: more than any explanation has pictures, ten times over. */
    private static final long SEED_STEP = 1_000_000;

    /**
     * One comparison.
     *
     * @param specimen the personalisation; null for a base against itself
     * @param key what is to be found
     * @param weight of a LoRA, else 1
     * @param prepared the request whose sides are compared
     * @param other for a base against itself the request whose base side stands for the personalised one; else null
     * @param reference whether it is also measured with ten times the pictures
     */
    record Variant(
            Specimen specimen, AnswerKey key, double weight, Prepared prepared, Prepared other, boolean reference) {

        /**
         * What a method said of the personalisation.
         *
         * @param more what it said of ten times the pictures; null where they were not sampled
         */
        Case answered(Outcome outcome, Case.Reference more) {
            return new Case(specimen.name(), key, specimen.isLora(), weight, outcome, more);
        }
    }

    /** @throws InvalidRequestException if a request cannot be answered as it stands */
    static Variants of(List<Specimen> zoo, EvaluationSettings settings, ExplanationParts parts) {
        ExplainRequest template = settings.request();
        List<Variant> variants = new ArrayList<>();
        Set<String> bases = new LinkedHashSet<>();
        for (Specimen specimen : zoo) {
            Prepared full = parts.prepare(request(template, specimen, 1));
            AnswerKey key = AnswerKey.of(specimen.name(), specimen.truth(), full.vocabulary());
            if (specimen.isLora() && key.isSingleAspect()) {
                for (double weight : WEAKER) {
                    Prepared weak = parts.prepare(request(template, specimen, weight));
                    variants.add(new Variant(specimen, key, weight, weak, null, false));
                }
            }
            variants.add(new Variant(specimen, key, 1, full, null, settings.coverage() && full.sampled()));
            if (full.sampled()) {
                bases.add(base(template, specimen));
            }
        }
        for (String base : bases) {
            long seed = template.seed() == null ? 0 : template.seed();
            Prepared first = parts.prepare(itself(template, base, seed));
            for (int repeat = 1; repeat <= REPEATS; repeat++) {
                Prepared other = parts.prepare(itself(template, base, seed + repeat * SEED_STEP));
                variants.add(new Variant(null, new AnswerKey(Map.of(), Set.of()), 1, first, other, false));
            }
        }
        requireOneVocabulary(variants);
        return new Variants(List.copyOf(variants));
    }

    /** Scores are compared between personalisations, so they must be of the same concepts. */
    private static void requireOneVocabulary(List<Variant> variants) {
        String first = variants.getFirst().prepared().vocabulary().name();
        for (Variant variant : variants) {
            String name = variant.prepared().vocabulary().name();
            if (!name.equals(first)) {
                throw new InvalidRequestException(
                        "concepts",
                        "expected concepts to be named, since the zoo's models come with different ones: %s and %s"
                                .formatted(first, name));
            }
        }
    }

    private static ExplainRequest request(ExplainRequest template, Specimen specimen, double weight) {
        return switch (specimen.form()) {
            case Specimen.Loras stack ->
                template.toBuilder()
                        .base(base(template, specimen))
                        .loras(stack.loras().stream()
                                .map(lora -> new LoraChoice(lora.file().toString(), weight * lora.weight()))
                                .toList())
                        .build();
            case Specimen.Model model ->
                template.toBuilder()
                        .base(base(template, specimen))
                        .personalized(model.folder().toString())
                        .build();
            case Specimen.Pictures pictures ->
                template.toBuilder()
                        .base(null)
                        .baseImages(pictures.base().toString())
                        .personalizedImages(pictures.personalized().toString())
                        .build();
        };
    }

    private static String base(ExplainRequest template, Specimen specimen) {
        String base =
                template.base() != null ? template.base() : specimen.truth().base();
        if (base == null) {
            throw new InvalidRequestException(
                    "base", "expected a base, since the %s of '%s' names none".formatted(Truth.FILE, specimen.name()));
        }
        return base;
    }

    /** The base against itself. */
    private static ExplainRequest itself(ExplainRequest template, String base, long seed) {
        return template.toBuilder().base(base).personalized(base).seed(seed).build();
    }
}
