package dev.finexl.explain;

import dev.finexl.concept.ConceptProposer;
import dev.finexl.decompose.DecompositionMethod;
import dev.finexl.explain.RequestResolver.Plan;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.Catalogue;
import dev.finexl.store.CatalogueEntry;
import dev.finexl.store.ModelKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The one function: from a request to an explanation. It samples pairs of pictures, base and personalised with the same
 * prompts and the same noise, embeds them, measures the mean difference, and decomposes that over the directions of
 * concepts, which are measured with the same prompts (FineXL, arXiv 2511.01932).
 *
 * <p>Thread-safe. The same request gives the same explanation on one machine, apart from the times in {@link Usage}.
 */
public final class Explainer {

    /** Used where the request names no method. */
    public static final String DEFAULT_METHOD = "stacked-nnls";

    private final RequestResolver resolver;
    private final Means means;
    private final ConceptProposer proposer;
    private final Consumer<Explanation> told;

    /**
     * An explainer that keeps nothing but models.
     *
     * @param catalogue where models are found
     * @param configuredEncoder reference of the encoder for a base that names none; null for the bundled one
     * @param models keeps models open between explanations
     * @param batch how many pictures are sampled together
     * @param version of the program, for provenance
     * @param proposer adds concepts to a vocabulary where a request asks for it; null if there is none
     */
    public Explainer(
            Catalogue catalogue,
            String configuredEncoder,
            OpenModels models,
            BatchSize batch,
            String version,
            ConceptProposer proposer) {
        this(
                new RequestResolver(catalogue, configuredEncoder),
                new Means(models, Answers.NONE, Answers.NONE, batch, version),
                proposer,
                _ -> {});
    }

    private Explainer(RequestResolver resolver, Means means, ConceptProposer proposer, Consumer<Explanation> told) {
        this.resolver = resolver;
        this.means = means;
        this.proposer = proposer;
        this.told = told;
    }

    /** This explainer with a memory of what it has worked out. */
    public Explainer remembering(Answers answers) {
        return new Explainer(
                resolver, new Means(means.models(), answers, answers, means.batch(), means.version()), proposer, told);
    }

    /**
     * This explainer for a caller who has answers of his own.
     *
     * @param catalogue of the models that he may name
     */
    public Explainer within(Space space, Catalogue catalogue) {
        return new Explainer(resolver.withCatalogue(catalogue), means.within(space), proposer, told);
    }

    /**
     * This explainer with somebody who hears of every whole explanation that it gives.
     *
     * @param listener is called on the explaining thread
     */
    public Explainer telling(Consumer<Explanation> listener) {
        return new Explainer(resolver, means, proposer, listener);
    }

    /** This explainer for a request that may name certain folders of pictures, such as those that came with it. */
    public Explainer withFolders(Map<String, Path> folders) {
        return new Explainer(resolver.withCatalogue(resolver.catalogue().withFolders(folders)), means, proposer, told);
    }

    /**
     * This explainer for a caller who may also read the models that he names.
     *
     * @param references those that exist on this machine, and those of object storage, may be read from now on
     * @throws dev.finexl.store.ModelReferenceException if a reference to object storage is not well-formed
     */
    public Explainer allowing(List<String> references) {
        return new Explainer(resolver.withCatalogue(resolver.catalogue().allowing(references)), means, proposer, told);
    }

    /**
     * The personalised model that a text names: a LoRA, with {@code :WEIGHT} behind it if it has another than 1, or a whole
     * model.
     *
     * @param field of the request that has the text
     * @throws InvalidRequestException if there is no such model, or it personalises nothing
     */
    public PersonalizedModel model(String field, String text) {
        ExplainRequest.LoraChoice choice = ExplainRequest.LoraChoice.parse(text);
        CatalogueEntry entry = ModelFinder.find(resolver.catalogue(), field, choice.model());
        if (entry.kind() == ModelKind.LORA) {
            return new PersonalizedModel(null, null, List.of(choice), null, null);
        }
        if (!entry.kind().makesPictures()) {
            throw ModelFinder.otherKind(field, entry, "LoRA or a model that makes pictures");
        }
        if (choice.weight() != 1) {
            throw new InvalidRequestException(
                    field, "'%s' is a whole model, and only a LoRA has a weight".formatted(choice.model()));
        }
        return new PersonalizedModel(null, choice.model(), null, null, null);
    }

    /**
     * The parts of explanations one at a time, for who compares many personalisations or methods.
     *
     * @param listener hears of models that are brought here
     * @param scope through which the work can be cancelled; it must stay open as long as the parts are used
     */
    public ExplanationParts parts(ExplainListener listener, RunScope scope) {
        Downloads downloads = new Downloads(listener, scope, new StageClock(listener, scope));
        return new ExplanationParts(resolver.during(downloads), means, scope);
    }

    /**
     * Explains what a personalisation changed.
     *
     * @param scope through which the work can be cancelled
     * @throws InvalidRequestException if the request cannot be answered as it stands
     * @throws dev.finexl.store.ModelFileException if a file of a model is missing or damaged, or a LoRA does not fit
     * @throws dev.finexl.generate.GeneratorException if a model cannot make the pictures
     * @throws dev.finexl.embed.EncoderException if the encoder cannot be used
     * @throws dev.finexl.embed.ImageFileException if a given picture cannot be read
     * @throws java.util.concurrent.CancellationException if the scope was cancelled
     */
    public Explanation explain(ExplainRequest request, ExplainListener listener, RunScope scope) {
        Explanation explanation = answer(request, listener, scope);
        if (explanation.isComplete()) {
            told.accept(explanation);
        }
        return explanation;
    }

    private Explanation answer(ExplainRequest request, ExplainListener listener, RunScope scope) {
        DecompositionMethod method = method(request.method());
        boolean propose = propose(request);
        StageClock clock = new StageClock(listener, scope);
        Plan plan = plan(request, listener, scope, clock);
        means.models().prepare(plan.comparison());
        ExplanationRun run = new ExplanationRun(plan, method, propose ? proposer : null, means, listener, scope, clock);
        // What a proposer says is not ours to repeat.
        if (propose || !means.answers().keeps()) {
            return timed(plan, run);
        }
        String key = means.keys().explanation(plan, method.id(), means.version());
        Optional<Explanation> known = means.answers().explanation(key);
        if (known.isPresent() && means.show(plan, known.get().provenance().images(), listener)) {
            Explanation again = known.get().fromCache();
            listener.aspects(again.provenance().images(), again.aspects());
            return again;
        }
        Explanation explanation = timed(plan, run);
        if (explanation.isComplete()) {
            means.answers().keep(key, explanation);
        }
        return explanation;
    }

    private Explanation timed(Plan plan, ExplanationRun run) {
        Explanation explanation = run.run();
        means.keepSpeed(plan, explanation.usage());
        return explanation;
    }

    /**
     * Opens what explanations of a base need and runs every session once, with as little as that takes: the first run
     * allocates, and on a GPU compiles, for which the first caller would wait.
     *
     * @param scope through which the work can be cancelled
     * @throws InvalidRequestException if there is no such base
     * @throws java.util.concurrent.CancellationException if the scope was cancelled
     */
    public void rehearse(String base, RunScope scope) {
        CatalogueEntry entry = ModelFinder.find(resolver.catalogue(), "base", base);
        means.models().prepare(entry);
        StageClock clock = new StageClock(ExplainListener.NONE, scope);
        Plan plan = plan(Rehearsal.request(base, entry.kind()), ExplainListener.NONE, scope, clock);
        new Rehearsal(means, scope).run(plan);
    }

    /**
     * Tells what an explanation would take. Nothing is drawn, but models are brought here and opened.
     *
     * @param scope through which the work can be cancelled
     * @throws InvalidRequestException if the request cannot be answered as it stands
     */
    public Forecast forecast(ExplainRequest request, RunScope scope) {
        DecompositionMethod method = method(request.method());
        boolean propose = propose(request);
        Plan plan = plan(request, ExplainListener.NONE, scope, new StageClock(ExplainListener.NONE, scope));
        boolean drawAgain = Boolean.TRUE.equals(request.pictures());
        boolean known = !propose
                && !drawAgain
                && means.answers().keeps()
                && means.answers()
                        .explanation(means.keys().explanation(plan, method.id(), means.version()))
                        .isPresent();
        return known
                ? Forecast.nothing(true)
                : new Forecaster(means)
                        .of(plan, drawAgain ? ExplainListener.Pictures.ALL : ExplainListener.Pictures.DRAWN);
    }

    /**
     * Names the explanation of a request by all that it depends on: SHA-256, in hexadecimal, of the contents of every model
     * and picture, the sampler, prompts, concepts, seeds and settings, and of what computes it. Two requests with the same
     * key have the same explanation, apart from times and from the words of a proposer; one byte of a model makes another key.
     *
     * @throws InvalidRequestException if the request cannot be answered as it stands
     */
    public String key(ExplainRequest request) {
        DecompositionMethod method = method(request.method());
        String asked = method.id() + (propose(request) ? " with proposals" : "");
        return means.keys().explanation(resolver.resolve(request), asked, means.version());
    }

    /**
     * What a request would explain.
     *
     * @param models in the roles {@code base}, {@code personalized}, {@code lora} and {@code embedding}, as the provenance of
     *     the explanation would have them
     * @param vocabulary the concepts that would be looked for
     */
    public record Subject(List<Provenance.Model> models, Provenance.Source vocabulary) {}

    /**
     * Tells what a request would explain, by the contents of its models.
     *
     * @param listener hears of models that are brought here
     * @param scope through which that can be cancelled
     * @throws InvalidRequestException if the request cannot be answered as it stands, or is of given pictures
     */
    public Subject subject(ExplainRequest request, ExplainListener listener, RunScope scope) {
        Plan plan = plan(request, listener, scope, new StageClock(listener, scope));
        if (!(plan.comparison() instanceof Comparison.Sampled sampled)) {
            throw new InvalidRequestException("base", "expected models, and no given pictures");
        }
        ProvenanceRecorder recorder = new ProvenanceRecorder(means.models().runtime(), means.version(), plan);
        means.models().note(sampled, recorder);
        Provenance provenance = recorder.finish(null);
        return new Subject(provenance.models(), provenance.vocabulary());
    }

    /**
     * Measures the concepts of a request on the base's own pictures, so that later explanations of the same base, prompts
     * and settings need not rely on words alone.
     *
     * @param folder where the result is written, and where {@link OpenModels} may be told to look for it
     * @return the file that was written
     * @throws InvalidRequestException if the request cannot be answered as it stands, or names pictures in place of a base
     * @throws IOException if the file cannot be written
     * @throws java.util.concurrent.CancellationException if the scope was cancelled
     */
    public Path prime(ExplainRequest request, Path folder, ExplainListener listener, RunScope scope)
            throws IOException {
        Plan plan = plan(request, listener, scope, new StageClock(listener, scope));
        return new ConceptMeasurer(means).prime(plan, folder, listener, scope);
    }

    /** The request with every choice made, for a caller who follows, and can stop, what is brought here for it. */
    private Plan plan(ExplainRequest request, ExplainListener listener, RunScope scope, StageClock clock) {
        return resolver.during(new Downloads(listener, scope, clock)).resolve(request);
    }

    static DecompositionMethod method(String name) {
        try {
            return DecompositionMethod.of(name == null ? DEFAULT_METHOD : name);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException("method", e);
        }
    }

    private boolean propose(ExplainRequest request) {
        if (!Boolean.TRUE.equals(request.propose())) {
            return false;
        }
        if (proposer == null) {
            throw new InvalidRequestException(
                    "propose",
                    "'propose' needs a vision-language model, and none is configured: set finexl.proposer.base-url and"
                            + " finexl.proposer.model");
        }
        return true;
    }
}
