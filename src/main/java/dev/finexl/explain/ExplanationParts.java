package dev.finexl.explain;

import dev.finexl.concept.ConceptDirections;
import dev.finexl.concept.Synonyms;
import dev.finexl.concept.Vocabulary;
import dev.finexl.decompose.DecompositionMethod;
import dev.finexl.decompose.StackedNnls;
import dev.finexl.embed.ClipEncoder;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.explain.Measurer.Measurement;
import dev.finexl.explain.PairSampler.Drawn;
import dev.finexl.explain.RequestResolver.Plan;
import dev.finexl.generate.ImageGenerator;
import dev.finexl.generate.ImageRequest;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.SharedModels.Lease;
import java.util.Arrays;
import java.util.List;

/**
 * Exists because sampling is nearly all that an explanation costs, and who compares many personalisations of one base,
 * or many methods, wants to pay for each picture once. So it does what {@link Explainer#explain} does one side and one
 * step at a time, with the same code, and names each piece of work by a hash of all that its result depends on.
 *
 * <p>Not thread-safe.
 */
public final class ExplanationParts {

    private final RequestResolver resolver;
    private final Means means;
    private final OpenModels models;
    private final RunScope scope;
    private final ContentKeys keys;

    ExplanationParts(RequestResolver resolver, Means means, RunScope scope) {
        this.resolver = resolver;
        this.means = means;
        this.models = means.models();
        this.scope = scope;
        this.keys = means.keys();
    }

    /** A request that was found to be answerable, with every choice made. */
    public static final class Prepared {

        private final Plan plan;
        private final DecompositionMethod method;

        private Prepared(Plan plan, DecompositionMethod method) {
            this.plan = plan;
            this.method = method;
        }

        /** The method of the decomposition. */
        public String method() {
            return method.id();
        }

        /** Level of the intervals, and one minus that of the tests. */
        public double confidence() {
            return plan.certainty().confidence();
        }

        /** Finds aspects as the request wants them found. */
        public AspectFinder finder() {
            return new AspectFinder(method, confidence());
        }

        /** What the reader should know before trusting an answer. */
        public List<String> warnings() {
            return plan.warnings();
        }

        /** The same for requests whose base's pictures are the same. */
        public String baseKey() {
            return plan.comparison() instanceof Comparison.Sampled sampled
                    ? PairSampler.requests(plan, sampled, Side.BASE, sampled.images())
                            .toString()
                    : plan.comparison().toString();
        }

        /**
         * The concepts of a request as they are looked for: what ships has been grouped by hand; what a request brings may
         * say the same twice.
         *
         * @param change the mean change that is to be explained
         */
        public ConceptDirections grouped(ConceptDirections directions, double[] change) {
            return plan.ownConcepts() ? Synonyms.grouped(directions, change) : directions;
        }

        /** The concepts that are looked for. */
        public Vocabulary vocabulary() {
            return plan.vocabulary();
        }

        /** Pictures on each side. */
        public int images() {
            return plan.comparison().images();
        }

        /** Whether pictures are sampled, rather than given. */
        public boolean sampled() {
            return plan.comparison() instanceof Comparison.Sampled;
        }

        /** @throws IllegalStateException if pictures are given, rather than sampled */
        private Comparison.Sampled models() {
            if (plan.comparison() instanceof Comparison.Sampled sampled) {
                return sampled;
            }
            throw new IllegalStateException("given pictures have no models");
        }

        /** The same for requests whose {@linkplain #directions concept directions} are the same. */
        public String conceptsKey() {
            String base = plan.comparison() instanceof Comparison.Sampled sampled
                    ? sampled.base().reference() + sampled.sampling()
                    : "";
            return plan.encoder().reference() + base + plan.drawnPrompts().prompts() + plan.vocabulary();
        }
    }

    /** @throws InvalidRequestException if the request cannot be answered as it stands */
    public Prepared prepare(ExplainRequest request) {
        DecompositionMethod method = Explainer.method(request.method());
        return new Prepared(resolver.resolve(request), method);
    }

    /**
     * SHA-256, in hexadecimal, of all that the embeddings of some pictures of one side depend on.
     *
     * @param first index of the first picture, 0 or more
     * @param count how many pictures, 1 or more
     */
    public String key(Prepared request, Side side, int first, int count) {
        return keys.pictures(request.plan, side, first, count);
    }

    private static List<ImageRequest> requests(
            Prepared request, Comparison.Sampled sampled, Side side, int first, int count) {
        List<ImageRequest> all = PairSampler.requests(request.plan, sampled, side, first + count);
        return all.subList(first, all.size());
    }

    /**
     * Samples, or reads, and embeds some pictures of one side. Sampled pictures go on for ever: picture {@code j} has
     * prompt {@code j mod prompts} and seed {@code seed + j} also beyond the request's number of pictures.
     *
     * @param first index of the first picture, 0 or more
     * @param count how many pictures, 1 or more
     * @return one row for each picture: its embedding, of length 1, and behind that its statistics
     * @throws java.util.concurrent.CancellationException if the scope was cancelled
     */
    public float[][] embed(Prepared request, Side side, int first, int count, ExplainListener listener) {
        try (Lease<ClipEncoder> encoder = models.encoder(request.plan.encoder());
                Measurer measurer = Measurer.open(models, encoder.value(), List.of(), scope)) {
            Measurement[] measured = switch (request.plan.comparison()) {
                case Comparison.Given given ->
                    new GivenPairs(measurer, listener)
                            .side(side, given.folder(side), given.names(side).subList(first, first + count), 0, count);
                case Comparison.Sampled sampled ->
                    sample(measurer, sampled, side, requests(request, sampled, side, first, count), listener);
            };
            return Arrays.stream(measured).map(Measurement::row).toArray(float[][]::new);
        }
    }

    /**
     * Pictures of one side as they were measured.
     *
     * @param rows as of {@link #embed}
     * @param sampled how many had to be sampled, since nobody had measured them before
     * @param provenance what they were made from
     */
    public record Measured(float[][] rows, int sampled, Provenance provenance) {}

    /**
     * Measures all pictures of one side of models. What an explanation has measured before is not sampled again, and what is
     * sampled here is known to explanations.
     *
     * @throws IllegalStateException if the request's pictures are given
     * @throws java.util.concurrent.CancellationException if the scope was cancelled
     */
    public Measured measure(Prepared request, Side side, ExplainListener listener) {
        Plan plan = request.plan;
        Comparison.Sampled sampled = request.models();
        ProvenanceRecorder recorder = new ProvenanceRecorder(models.runtime(), means.version(), plan);
        try (Lease<ClipEncoder> encoder = models.encoder(plan.encoder());
                Measurer measurer = Measurer.open(models, encoder.value(), plan.heads(), scope);
                Lease<ImageGenerator> base = models.generator(sampled.base())) {
            SamplerSettings settings = SamplerChoice.settings(sampled.sampling(), base.value(), means.batch());
            recorder.model("encoder", plan.encoder(), encoder.value().files(), null);
            recorder.model("base", sampled.base(), base.value().files(), null);
            recorder.sampler(settings, base.value());
            if (side == Side.BASE) {
                return measure(request, side, base.value(), settings, measurer, listener, recorder);
            }
            try (OpenModels.Personalized other = models.personalized(sampled, recorder)) {
                return measure(request, side, other.generator(), settings, measurer, listener, recorder);
            }
        }
    }

    private Measured measure(
            Prepared request,
            Side side,
            ImageGenerator generator,
            SamplerSettings settings,
            Measurer measurer,
            ExplainListener listener,
            ProvenanceRecorder recorder) {
        Comparison.Sampled sampled = request.models();
        int images = sampled.images();
        PairSampler.Drawn drawn = new PairSampler.Drawn(
                side,
                generator,
                means.knownPictures(request.plan, sampled, side, ExplainListener.Pictures.DRAWN),
                PairSampler.requests(request.plan, sampled, side, images));
        new PairSampler(measurer, scope, listener, new StageClock(listener, scope))
                .add(drawn, images, settings, 0, images);
        return new Measured(
                drawn.measured().stream().map(Measurement::row).toArray(float[][]::new),
                drawn.sampled(),
                recorder.finish(null));
    }

    private Measurement[] sample(
            Measurer measurer,
            Comparison.Sampled sampled,
            Side side,
            List<ImageRequest> pictures,
            ExplainListener listener) {
        PairSampler sampler = new PairSampler(measurer, scope, listener, new StageClock(listener, scope));
        try (Lease<ImageGenerator> base = models.generator(sampled.base())) {
            SamplerSettings settings = SamplerChoice.settings(sampled.sampling(), base.value(), means.batch());
            if (side == Side.BASE) {
                return side(sampler, side, base.value(), pictures, settings);
            }
            try (OpenModels.Personalized other = models.personalized(sampled)) {
                return side(sampler, side, other.generator(), pictures, settings);
            }
        }
    }

    private static Measurement[] side(
            PairSampler sampler,
            Side side,
            ImageGenerator generator,
            List<ImageRequest> pictures,
            SamplerSettings settings) {
        Drawn drawn = new Drawn(side, generator, KnownPictures.none(), pictures);
        return sampler.side(drawn, pictures, settings, 0, 0, pictures.size());
    }

    /** The directions of the request's concepts, measured with the prompts of its pictures. */
    public ConceptDirections directions(Prepared request, ExplainListener listener) {
        try (Lease<ClipEncoder> encoder = models.encoder(request.plan.encoder())) {
            return new ConceptMeasurer(means)
                    .measure(
                            request.plan,
                            request.plan.vocabulary(),
                            request.method instanceof StackedNnls,
                            encoder.value(),
                            listener,
                            scope)
                    .directions();
        }
    }

    /**
     * The directions of any concepts by words alone, measured with the prompts of the request's pictures.
     *
     * @param vocabulary the concepts
     */
    public ConceptDirections words(Prepared request, Vocabulary vocabulary, ExplainListener listener) {
        // An explanation measures its own vocabulary prompt by prompt, and what it has kept of that is found only so.
        boolean byPrompt = request.method instanceof StackedNnls && vocabulary.equals(request.plan.vocabulary());
        try (Lease<ClipEncoder> encoder = models.encoder(request.plan.encoder())) {
            return new ConceptMeasurer(means)
                    .texts(request.plan, vocabulary, byPrompt, encoder.value(), listener, scope);
        }
    }

    /** Texts as the request's encoder sees them, one row for each, of length 1. */
    public float[][] embedTexts(Prepared request, List<String> texts) {
        try (Lease<ClipEncoder> encoder = models.encoder(request.plan.encoder())) {
            return encoder.value().embedTexts(scope, texts);
        }
    }
}
