package dev.finexl.compare;

import dev.finexl.compare.ModelComparison.ComparedAspect;
import dev.finexl.compare.ModelComparison.Difference;
import dev.finexl.compare.ModelComparison.ModelPair;
import dev.finexl.compare.ModelComparison.Score;
import dev.finexl.concept.Concept;
import dev.finexl.concept.ConceptDirections;
import dev.finexl.decompose.PairedChange;
import dev.finexl.explain.Aspect;
import dev.finexl.explain.AspectFinder.Findings;
import dev.finexl.explain.AspectFinder.Weighed;
import dev.finexl.explain.Change;
import dev.finexl.explain.EmbeddedPairs;
import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.ExplainListener.Stage;
import dev.finexl.explain.Explainer;
import dev.finexl.explain.ExplanationParts;
import dev.finexl.explain.ExplanationParts.Prepared;
import dev.finexl.explain.InvalidRequestException;
import dev.finexl.explain.PersonalizedModel;
import dev.finexl.onnx.RunScope;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Compares personalised models of one base. All draw the same prompts from the same noise, equally many, the base once; what
 * an explanation has measured before is not drawn again. Each model is explained as an {@link Explainer} would explain it
 * from these pictures, and then, aspect by aspect, each two of them are compared picture by picture.
 *
 * <p>Thread-safe. The same request gives the same comparison on one machine, apart from what it cost.
 */
public final class Comparer {

    private final Explainer explainer;

    public Comparer(Explainer explainer) {
        this.explainer = explainer;
    }

    /**
     * Compares.
     *
     * @param scope through which the work can be cancelled
     * @throws InvalidRequestException if the request cannot be answered as it stands
     * @throws dev.finexl.store.ModelFileException if a file of a model is missing or damaged, or a LoRA does not fit
     * @throws dev.finexl.generate.GeneratorException if a model cannot make the pictures
     * @throws dev.finexl.embed.EncoderException if the encoder cannot be used
     * @throws java.util.concurrent.CancellationException if the scope was cancelled
     */
    public ModelComparison compare(CompareRequest request, ExplainListener listener, RunScope scope) {
        request.requireCommon();
        List<String> names = names(request.models());
        ExplanationParts parts = explainer.parts(listener, scope);
        listener.entered(Stage.LOADING);
        List<Prepared> models = IntStream.range(0, names.size())
                .mapToObj(model -> prepare(parts, request, model))
                .toList();
        Prepared first = models.getFirst();
        listener.entered(Stage.CONCEPTS);
        ConceptDirections measured = parts.directions(first, listener);
        MeasuredModels pictures = MeasuredModels.of(parts, models, measured.width(), listener);
        listener.entered(Stage.DECOMPOSITION);
        listener.progress(Stage.DECOMPOSITION, 0, names.size());
        List<Change> changes = pictures.changes();
        ConceptDirections directions = first.grouped(measured, mean(changes));
        List<Weighed> weighed = new ArrayList<>();
        for (Change change : changes) {
            scope.check();
            weighed.add(first.finder().weigh(change, directions));
            listener.progress(Stage.DECOMPOSITION, weighed.size(), names.size());
        }
        return new Comparing(
                        names,
                        models,
                        pictures,
                        changes,
                        directions.vocabulary().concepts(),
                        weighed)
                .answer();
    }

    private static Prepared prepare(ExplanationParts parts, CompareRequest request, int model) {
        try {
            return parts.prepare(request.of(model));
        } catch (InvalidRequestException e) {
            throw request.named(e, model);
        }
    }

    /** The models' names, made different from each other. */
    static List<String> names(List<PersonalizedModel> models) {
        Set<String> names = new LinkedHashSet<>();
        for (PersonalizedModel model : models) {
            String label = model.label();
            String name = label;
            for (int again = 2; !names.add(name); again++) {
                name = "%s (%d)".formatted(label, again);
            }
        }
        return List.copyOf(names);
    }

    private static double[] mean(List<Change> changes) {
        double[] mean = new double[changes.getFirst().embeddings().mean().length];
        for (Change change : changes) {
            for (int k = 0; k < mean.length; k++) {
                mean[k] += change.embeddings().mean()[k] / changes.size();
            }
        }
        return mean;
    }

    /** All that is known when everything has been measured. */
    private record Comparing(
            List<String> names,
            List<Prepared> models,
            MeasuredModels pictures,
            List<Change> changes,
            List<Concept> concepts,
            List<Weighed> weighed) {

        ModelComparison answer() {
            Prepared first = models.getFirst();
            List<Concept> found = found();
            int[] indices = found.stream().mapToInt(concepts::indexOf).toArray();
            boolean[][] shown = new boolean[names.size()][found.size()];
            double[][][] contributions = new double[names.size()][][];
            for (int model = 0; model < names.size(); model++) {
                for (int aspect = 0; aspect < indices.length; aspect++) {
                    shown[model][aspect] = aspect(model, found.get(aspect)) != null;
                }
                contributions[model] = weighed.get(model).contributions(indices);
            }
            AspectTests tests = new AspectTests(names, shown, contributions, 1 - first.confidence());
            List<ComparedAspect> aspects = IntStream.range(0, found.size())
                    .mapToObj(aspect -> new ComparedAspect(
                            found.get(aspect).name(),
                            found.get(aspect).category().label(),
                            found.get(aspect)
                                    .wordings()
                                    .subList(1, found.get(aspect).wordings().size()),
                            scores(indices[aspect]),
                            tests.of(aspect, names.size())))
                    .toList();
            List<ModelComparison.Model> described =
                    IntStream.range(0, names.size()).mapToObj(this::model).toList();
            return new ModelComparison(
                    new ComparisonWriter(described, aspects, found).write(),
                    described,
                    aspects,
                    pairs(aspects),
                    first.images(),
                    first.confidence(),
                    first.method(),
                    Stream.concat(
                                    models.stream().flatMap(model -> model.warnings().stream()),
                                    tests.warnings().stream())
                            .distinct()
                            .toList(),
                    pictures.usage());
        }

        /** The concepts that at least one model shows, by the highest score. */
        private List<Concept> found() {
            Set<String> shown = new HashSet<>();
            weighed.forEach(model -> model.findings().aspects().forEach(aspect -> shown.add(aspect.name())));
            return IntStream.range(0, concepts.size())
                    .filter(c -> shown.contains(concepts.get(c).name()))
                    .boxed()
                    .sorted(Comparator.comparingDouble(c -> -weighed.stream()
                            .mapToDouble(model -> model.findings().scores()[c])
                            .max()
                            .orElseThrow()))
                    .map(concepts::get)
                    .toList();
        }

        /** As a model shows it; null if it does not. */
        private Aspect aspect(int model, Concept concept) {
            return weighed.get(model).findings().aspects().stream()
                    .filter(aspect -> aspect.name().equals(concept.name()))
                    .findFirst()
                    .orElse(null);
        }

        private List<Score> scores(int concept) {
            return IntStream.range(0, names.size())
                    .mapToObj(model -> {
                        Aspect aspect = aspect(model, concepts.get(concept));
                        return new Score(
                                names.get(model),
                                weighed.get(model).findings().scores()[concept],
                                weighed.get(model).interval(concept),
                                aspect == null ? null : aspect.calibrated(),
                                aspect != null);
                    })
                    .toList();
        }

        private ModelComparison.Model model(int model) {
            Findings findings = weighed.get(model).findings();
            return new ModelComparison.Model(
                    names.get(model),
                    findings.changed(),
                    findings.pValue(),
                    findings.aspects().stream().map(Aspect::name).toList(),
                    findings.explained(),
                    findings.unexplained(),
                    changes.get(model).embeddings().norm(),
                    pictures.provenance().get(model));
        }

        private List<ModelPair> pairs(List<ComparedAspect> aspects) {
            double[] pValues = AspectTests.alike(
                    pictures.pairs().stream().map(EmbeddedPairs::personalized).toList());
            boolean[] differ = PairedChange.holm(pValues, 1 - models.getFirst().confidence());
            List<ModelPair> pairs = new ArrayList<>();
            for (int first = 0; first < names.size(); first++) {
                for (int second = first + 1; second < names.size(); second++) {
                    pairs.add(pair(first, second, aspects, pValues[pairs.size()], differ[pairs.size()]));
                }
            }
            return pairs;
        }

        private ModelPair pair(int first, int second, List<ComparedAspect> aspects, double pValue, boolean differ) {
            Predicate<ComparedAspect> significant = aspect -> difference(aspect, first, second)
                    .map(Difference::significant)
                    .orElse(false);
            Predicate<ComparedAspect> both =
                    aspect -> aspect.scores().get(first).shown()
                            && aspect.scores().get(second).shown();
            Predicate<ComparedAspect> one = aspect -> aspect.scores().get(first).shown()
                    || aspect.scores().get(second).shown();
            return new ModelPair(
                    names.get(first),
                    names.get(second),
                    pValue,
                    differ,
                    changes.get(first)
                            .embeddings()
                            .similarity(changes.get(second).embeddings()),
                    names(aspects, both.and(significant.negate())),
                    names(aspects, significant),
                    names(aspects, one.and(both.or(significant).negate())));
        }

        private Optional<Difference> difference(ComparedAspect aspect, int first, int second) {
            return aspect.differences().stream()
                    .filter(difference -> difference.first().equals(names.get(first))
                            && difference.second().equals(names.get(second)))
                    .findFirst();
        }

        private static List<String> names(List<ComparedAspect> aspects, Predicate<ComparedAspect> wanted) {
            return aspects.stream().filter(wanted).map(ComparedAspect::name).toList();
        }
    }
}
