package dev.finexl.explain;

import dev.finexl.concept.ConceptProposer;
import dev.finexl.concept.Vocabulary;
import dev.finexl.decompose.DecompositionMethod;
import dev.finexl.decompose.Divergence;
import dev.finexl.decompose.StackedNnls;
import dev.finexl.embed.ClipEncoder;
import dev.finexl.explain.ExplainListener.Stage;
import dev.finexl.explain.RequestResolver.Plan;
import dev.finexl.generate.ImageGenerator;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.SharedModels.Lease;
import dev.finexl.store.Catalogue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

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
    private final OpenModels models;
    private final int batch;
    private final String version;
    private final ConceptProposer proposer;
    private final ConceptMeasurer concepts;

    /**
     * @param catalogue where models are found
     * @param configuredEncoder reference of the encoder for a base that names none; null if there is none
     * @param models keeps models open between explanations
     * @param batch most pictures that are sampled together
     * @param version of the program, for provenance
     * @param proposer adds concepts to a vocabulary where a request asks for it; null if there is none
     */
    public Explainer(
            Catalogue catalogue,
            String configuredEncoder,
            OpenModels models,
            int batch,
            String version,
            ConceptProposer proposer) {
        this(new RequestResolver(catalogue, configuredEncoder), models, batch, version, proposer);
    }

    private Explainer(
            RequestResolver resolver, OpenModels models, int batch, String version, ConceptProposer proposer) {
        this.resolver = resolver;
        this.models = models;
        this.batch = batch;
        this.version = version;
        this.proposer = proposer;
        this.concepts = new ConceptMeasurer(models, batch);
    }

    /**
     * This explainer for a caller who may also read certain other files, as the user of a command line may read what he
     * names there.
     */
    public Explainer withRoots(List<Path> more) {
        return new Explainer(
                resolver.withCatalogue(resolver.catalogue().withRoots(more)), models, batch, version, proposer);
    }

    /**
     * This explainer for a caller who may also read the models that he names.
     *
     * @param references those that exist on this machine, and those of object storage, may be read from now on
     * @throws dev.finexl.store.ModelReferenceException if a reference to object storage is not well-formed
     */
    public Explainer allowing(List<String> references) {
        return new Explainer(
                resolver.withCatalogue(resolver.catalogue().allowing(references)), models, batch, version, proposer);
    }

    /**
     * The parts of explanations one at a time, for who compares many personalisations or methods.
     *
     * @param scope through which the work can be cancelled; it must stay open as long as the parts are used
     */
    public ExplanationParts parts(RunScope scope) {
        Downloads downloads = new Downloads(ExplainListener.NONE, scope, new StageClock(scope));
        return new ExplanationParts(resolver.during(downloads), models, batch, scope);
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
        DecompositionMethod method = method(request.method());
        boolean propose = propose(request);
        StageClock clock = new StageClock(scope);
        Plan plan = resolver.during(new Downloads(listener, scope, clock)).resolve(request);
        ProvenanceRecorder provenance = new ProvenanceRecorder(models.runtime(), version, plan);
        clock.enter(Stage.LOADING);
        listener.progress(Stage.LOADING, 0, 1);
        try (Lease<ClipEncoder> encoder = models.encoder(plan.encoder());
                Measurer measurer = Measurer.open(models, encoder.value(), plan.heads(), scope)) {
            provenance.model("encoder", plan.encoder(), encoder.value().files(), null);
            provenance.heads(measurer.heads());
            KeptPairs kept = new KeptPairs(listener, propose ? proposer.pairs() : 0);
            EmbeddedPairs pairs = pairs(plan, measurer, kept, scope, clock, provenance);
            Vocabulary vocabulary = plan.vocabulary();
            if (propose) {
                clock.enter(Stage.PROPOSALS);
                vocabulary = widened(plan, kept, listener, provenance);
                scope.check();
            }
            clock.enter(Stage.CONCEPTS);
            ConceptMeasurer.Measured measured =
                    concepts.measure(plan, vocabulary, method instanceof StackedNnls, encoder.value(), listener, scope);
            provenance.onPictures(measured.onPictures());
            clock.enter(Stage.DECOMPOSITION);
            listener.progress(Stage.DECOMPOSITION, 0, 1);
            Divergence divergence = Divergence.between(pairs.base(), pairs.personalized());
            AspectFinder.Findings findings = new AspectFinder(method).find(divergence, measured.directions());
            Map<String, List<HeadOutput>> heads = HeadReport.of(measurer.heads(), pairs);
            listener.progress(Stage.DECOMPOSITION, 1, 1);
            return explanation(plan, method, divergence, findings, heads, provenance, clock);
        }
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
        Plan plan = resolver.during(new Downloads(listener, scope, new StageClock(scope)))
                .resolve(request);
        return concepts.prime(plan, folder, listener, scope);
    }

    private static DecompositionMethod method(String name) {
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

    /** Proposals come behind the vocabulary and are candidates like all others: a word that nothing speaks for gets no weight. */
    private Vocabulary widened(Plan plan, KeptPairs kept, ExplainListener listener, ProvenanceRecorder provenance) {
        listener.progress(Stage.PROPOSALS, 0, 1);
        ConceptProposer.Proposals proposals = proposer.propose(plan.vocabulary(), kept.pairs(plan));
        provenance.proposals(proposals);
        plan.warnings().addAll(proposals.warnings());
        listener.progress(Stage.PROPOSALS, 1, 1);
        return plan.vocabulary().with(proposals.concepts());
    }

    private EmbeddedPairs pairs(
            Plan plan,
            Measurer measurer,
            ExplainListener listener,
            RunScope scope,
            StageClock clock,
            ProvenanceRecorder provenance) {
        return switch (plan.comparison()) {
            case Comparison.Given given -> {
                clock.enter(Stage.EMBEDDING);
                yield new GivenPairs(measurer, listener).embed(given);
            }
            case Comparison.Sampled sampled -> {
                try (Lease<ImageGenerator> base = models.generator(sampled.base());
                        OpenModels.Personalized other = models.personalized(sampled, provenance)) {
                    provenance.model("base", sampled.base(), base.value().files(), null);
                    SamplerSettings settings = SamplerChoice.settings(sampled.sampling(), base.value(), batch);
                    provenance.sampler(settings);
                    listener.progress(Stage.LOADING, 1, 1);
                    yield new PairSampler(measurer, scope, listener, clock)
                            .sample(
                                    base.value(),
                                    other.generator(),
                                    PairSampler.requests(plan.prompts().prompts(), sampled.images(), sampled.seed()),
                                    settings);
                }
            }
        };
    }

    private static Explanation explanation(
            Plan plan,
            DecompositionMethod method,
            Divergence divergence,
            AspectFinder.Findings findings,
            Map<String, List<HeadOutput>> heads,
            ProvenanceRecorder provenance,
            StageClock clock) {
        return new Explanation(
                SummaryWriter.write(findings.changed(), findings.pValue(), findings.aspects(), findings.unexplained()),
                findings.changed(),
                findings.pValue(),
                findings.aspects(),
                findings.unexplained(),
                findings.relativeError(),
                divergence.norm(),
                findings.vector(),
                method.id(),
                heads,
                Policy.judge(plan.policy(), heads),
                List.copyOf(plan.warnings()),
                provenance.usage(clock.finish()),
                provenance.finish());
    }
}
