package dev.finexl.evaluate;

import dev.finexl.concept.Vocabulary;
import dev.finexl.evaluate.Variants.Variant;
import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.ExplainListener.Stage;
import dev.finexl.explain.Explainer;
import dev.finexl.explain.ExplanationParts;
import dev.finexl.explain.InvalidRequestException;
import dev.finexl.onnx.RunScope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Explains every personalisation of a zoo with every method, and compares what they say with the truth.
 *
 * <p>Pictures are nearly all of the cost, so they are made first, each once, and kept as embeddings in a cache; then
 * methods are asked one personalisation after another, so that no more than one is in memory. All methods see the same
 * pictures.
 */
public final class Evaluator {

    private final Explainer explainer;

    /** @param explainer explains as it explains everything */
    public Evaluator(Explainer explainer) {
        this.explainer = explainer;
    }

    /**
     * Compares.
     *
     * @param cache folder for embeddings, which may hold those of earlier runs
     * @param listener hears of progress over the whole comparison: pictures, then texts, then explanations
     * @param scope through which the work can be cancelled
     * @throws InvalidRequestException if the settings cannot be meant as they stand
     * @throws dev.finexl.store.ModelFileException if a personalisation or its truth is not as expected
     * @throws java.util.concurrent.CancellationException if the scope was cancelled; what was sampled stays in the cache
     */
    public Evaluation evaluate(EvaluationSettings settings, Path cache, ExplainListener listener, RunScope scope) {
        long start = System.nanoTime();
        List<Contender> contenders = Contender.named(settings.methods());
        List<Specimen> zoo = Zoo.read(settings.zoo());
        ExplanationParts parts = explainer.allowing(named(settings)).parts(ExplainListener.NONE, scope);
        Variants variants = Variants.of(zoo, settings, parts);
        Embeddings embeddings = new Embeddings(parts, new EmbeddingCache(cache), variants, listener);
        embeddings.make();
        ConceptVectors concepts = new ConceptVectors(parts, listener);
        variants.all().forEach(variant -> concepts.of(variant.prepared()));

        Map<Contender, List<Case>> cases = new LinkedHashMap<>();
        Map<Contender, List<Outcome>> nothing = new LinkedHashMap<>();
        int done = 0;
        for (Variant variant : variants.all()) {
            listener.progress(Stage.DECOMPOSITION, done++, variants.all().size());
            scope.check();
            Evidence.Concepts named = concepts.of(variant.prepared());
            Evidence evidence = embeddings.evidence(variant, named);
            Evidence more = variant.reference() ? embeddings.reference(variant, named) : null;
            for (Contender contender : contenders) {
                Outcome outcome = contender.judge(evidence);
                List<Case> answers = cases.computeIfAbsent(contender, _ -> new ArrayList<>());
                if (variant.specimen() == null) {
                    nothing.computeIfAbsent(contender, _ -> new ArrayList<>()).add(outcome);
                } else {
                    Case.Reference reference = more == null ? null : contender.reference(more, evidence.pairs());
                    answers.add(variant.answered(outcome, reference));
                }
            }
        }
        listener.progress(Stage.DECOMPOSITION, done, done);

        Map<String, Metrics> metrics = new LinkedHashMap<>();
        cases.forEach((contender, answers) -> metrics.put(
                contender.id(), new Scorecard(answers, nothing.getOrDefault(contender, List.of())).metrics()));
        return new Evaluation(
                zoo.size(),
                cases.values().iterator().next().size(),
                variants.all().getFirst().prepared().images(),
                embeddings.sampled(),
                embeddings.shared(),
                (System.nanoTime() - start) / 1e9,
                metrics,
                answers(variants, cases));
    }

    /** Who names a zoo, a base or an encoder as a path may read it. */
    private static List<String> named(EvaluationSettings settings) {
        return Stream.of(
                        settings.zoo().toString(),
                        settings.request().base(),
                        settings.request().encoder())
                .filter(Objects::nonNull)
                .toList();
    }

    private static List<Evaluation.Answer> answers(Variants variants, Map<Contender, List<Case>> cases) {
        List<Variant> asked = variants.all().stream()
                .filter(variant -> variant.specimen() != null)
                .toList();
        List<Evaluation.Answer> answers = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            Variant variant = asked.get(i);
            Vocabulary vocabulary = variant.prepared().vocabulary();
            Map<String, Double> truth = new LinkedHashMap<>();
            variant.key().levels().forEach((concept, level) -> truth.put(name(vocabulary, concept), level));
            variant.key().content().forEach(concept -> truth.put(name(vocabulary, concept), 1.0));
            Map<String, Evaluation.Said> said = new LinkedHashMap<>();
            for (Map.Entry<Contender, List<Case>> of : cases.entrySet()) {
                said.put(of.getKey().id(), said(of.getValue().get(i), vocabulary));
            }
            answers.add(new Evaluation.Answer(variant.specimen().name(), variant.weight(), truth, said));
        }
        return answers;
    }

    private static Evaluation.Said said(Case answer, Vocabulary vocabulary) {
        Map<String, Double> reported = new LinkedHashMap<>();
        answer.outcome().found().forEach(found -> reported.put(name(vocabulary, found.concept()), found.score()));
        Map<String, Double> trueScores = new LinkedHashMap<>();
        answer.key()
                .all()
                .forEach(concept -> trueScores.put(
                        name(vocabulary, concept), answer.outcome().scores()[concept]));
        List<String> named = answer.outcome().ranking().stream()
                .limit(answer.key().all().size() + 1L)
                .map(concept -> name(vocabulary, concept))
                .toList();
        return new Evaluation.Said(reported, named, trueScores);
    }

    private static String name(Vocabulary vocabulary, int concept) {
        return vocabulary.concepts().get(concept).name();
    }
}
