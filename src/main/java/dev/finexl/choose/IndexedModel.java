package dev.finexl.choose;

import dev.finexl.explain.Aspect;
import dev.finexl.explain.ExplainRequest.EmbeddingChoice;
import dev.finexl.explain.ExplainRequest.LoraChoice;
import dev.finexl.explain.Explainer;
import dev.finexl.explain.Explanation;
import dev.finexl.explain.PersonalizedModel;
import dev.finexl.explain.Provenance;
import dev.finexl.store.Sha256;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What an index keeps of the explanation of one personalised model.
 *
 * @param key hash of the contents of all that makes the model, the base included, and of the vocabulary: a later explanation
 *     with the same key takes the place of this one
 * @param base reference of the base
 * @param baseHash hash of the base's contents
 * @param parts what makes the model out of the base, at least one
 * @param vocabulary name of the vocabulary that was looked through
 * @param images pictures on each side that it rests on
 * @param aspects what the model shows, strongest first; none where nothing changed
 */
public record IndexedModel(
        String key,
        String base,
        String baseHash,
        List<Part> parts,
        String vocabulary,
        int images,
        List<Shown> aspects) {

    private static final String BASE = "base";
    private static final String PERSONALIZED = "personalized";
    private static final String LORA = "lora";
    private static final String EMBEDDING = "embedding";
    private static final Set<String> PARTS = Set.of(PERSONALIZED, LORA, EMBEDDING);

    /**
     * A file or model that makes the personalised one.
     *
     * @param role {@code personalized}, {@code lora} or {@code embedding}
     * @param reference by which it was asked for
     * @param weight of a LoRA; 1 of the others
     */
    public record Part(String role, String reference, double weight) {}

    /**
     * An aspect that the model shows.
     *
     * @param name of the concept
     * @param score as in the explanation, above 0
     * @param calibrated as in the explanation; NaN where it has not been measured
     */
    public record Shown(String name, double score, double calibrated) {

        /** How much of it there is: the calibrated score where it is known, else the score. */
        public double amount() {
            return Double.isNaN(calibrated) ? score : calibrated;
        }
    }

    /** @return empty for explanations of given pictures, which have no model that could be chosen */
    public static Optional<IndexedModel> of(Explanation explanation) {
        Provenance provenance = explanation.provenance();
        List<Part> parts = parts(provenance.models());
        return base(provenance.models())
                .filter(_ -> !parts.isEmpty())
                .map(base -> new IndexedModel(
                        key(provenance.models(), provenance.vocabulary().sha256()),
                        base.reference(),
                        hash(base),
                        parts,
                        provenance.vocabulary().name(),
                        provenance.images(),
                        explanation.aspects().stream()
                                .map(aspect -> new Shown(aspect.name(), aspect.score(), calibrated(aspect)))
                                .toList()));
    }

    private static double calibrated(Aspect aspect) {
        return aspect.calibrated() == null ? Double.NaN : aspect.calibrated();
    }

    /** The key of what a request would explain. */
    static String key(Explainer.Subject subject) {
        return key(subject.models(), subject.vocabulary().sha256());
    }

    private static String key(List<Provenance.Model> models, String vocabulary) {
        List<String> lines = new ArrayList<>();
        lines.add(vocabulary);
        lines.add(base(models).map(IndexedModel::hash).orElse(""));
        models.stream()
                .filter(model -> PARTS.contains(model.role()))
                .map(model -> model.role() + " " + model.weight() + " " + hash(model))
                .sorted()
                .forEach(lines::add);
        return Sha256.ofLines(lines.stream());
    }

    /** Hash of the contents of the base among some models. */
    static String baseHash(List<Provenance.Model> models) {
        return base(models).map(IndexedModel::hash).orElseThrow();
    }

    private static Optional<Provenance.Model> base(List<Provenance.Model> models) {
        return models.stream().filter(model -> model.role().equals(BASE)).findFirst();
    }

    private static String hash(Provenance.Model model) {
        return Sha256.ofLines(model.files().values().stream());
    }

    /** The same model as it is called now: what has the same contents may have been explained by another name. */
    IndexedModel called(List<Provenance.Model> models) {
        return new IndexedModel(
                key, base(models).orElseThrow().reference(), baseHash, parts(models), vocabulary, images, aspects);
    }

    private static List<Part> parts(List<Provenance.Model> models) {
        return models.stream()
                .filter(model -> PARTS.contains(model.role()))
                .map(model -> new Part(model.role(), model.reference(), model.weight() == null ? 1 : model.weight()))
                .toList();
    }

    /** As a request names it. */
    public PersonalizedModel model() {
        return new PersonalizedModel(
                null,
                references(PERSONALIZED).map(Part::reference).findFirst().orElse(null),
                references(LORA)
                        .map(part -> new LoraChoice(part.reference(), part.weight()))
                        .toList(),
                references(EMBEDDING)
                        .map(part -> new EmbeddingChoice(part.reference(), null))
                        .toList(),
                null);
    }

    private Stream<Part> references(String role) {
        return parts.stream().filter(part -> part.role().equals(role));
    }
}
