package dev.finexl.explain;

import dev.finexl.concept.ConceptDirections;
import dev.finexl.concept.Vocabulary;
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

        private Prepared(Plan plan) {
            this.plan = plan;
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
        return new Prepared(resolver.resolve(request));
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

    private Measurement[] sample(
            Measurer measurer,
            Comparison.Sampled sampled,
            Side side,
            List<ImageRequest> pictures,
            ExplainListener listener) {
        PairSampler sampler = new PairSampler(measurer, scope, listener, new StageClock(scope));
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
                    .measure(request.plan, request.plan.vocabulary(), true, encoder.value(), listener, scope)
                    .directions();
        }
    }

    /** Texts as the request's encoder sees them, one row for each, of length 1. */
    public float[][] embedTexts(Prepared request, List<String> texts) {
        try (Lease<ClipEncoder> encoder = models.encoder(request.plan.encoder())) {
            return encoder.value().embedTexts(scope, texts);
        }
    }
}
