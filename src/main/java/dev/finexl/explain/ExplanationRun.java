package dev.finexl.explain;

import dev.finexl.concept.ConceptDirections;
import dev.finexl.concept.ConceptProposer;
import dev.finexl.concept.Synonyms;
import dev.finexl.concept.Vocabulary;
import dev.finexl.decompose.DecompositionMethod;
import dev.finexl.decompose.Divergence;
import dev.finexl.decompose.StackedNnls;
import dev.finexl.embed.ClipEncoder;
import dev.finexl.explain.AspectFinder.Findings;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.explain.ExplainListener.Stage;
import dev.finexl.explain.PairSampler.Drawn;
import dev.finexl.explain.RequestResolver.Plan;
import dev.finexl.explain.SamplingReport.Stopped;
import dev.finexl.generate.ImageGenerator;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.SharedModels.Lease;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One explanation while it is made: pairs are sampled from look to look until the answer is settled, the budget is used
 * up or time is. Exists because all that belongs to one explanation and changes on the way would otherwise go through
 * every method of {@link Explainer}, which is shared.
 */
final class ExplanationRun {

    private final Plan plan;
    private final DecompositionMethod method;
    private final ConceptProposer proposer;
    private final Means means;
    private final OpenModels models;
    private final RunScope scope;
    private final KeptPairs kept;
    private final StageClock clock;
    private final ProvenanceRecorder provenance;
    private final AspectFinder finder;
    private final List<String> warnings;

    private ConceptDirections measured;

    /** What the base draws when it is asked for a concept; null where pictures are given. */
    private AskedPictures asked;

    /**
     * @param proposer null where nobody is asked for further concepts
     * @param clock of this explanation, which has run while its models were brought here
     */
    ExplanationRun(
            Plan plan,
            DecompositionMethod method,
            ConceptProposer proposer,
            Means means,
            ExplainListener listener,
            RunScope scope,
            StageClock clock) {
        this.plan = plan;
        this.method = method;
        this.proposer = proposer;
        this.means = means;
        this.models = means.models();
        this.scope = scope;
        this.kept = new KeptPairs(listener, proposer == null ? 0 : proposer.pairs());
        this.clock = clock;
        this.provenance = new ProvenanceRecorder(models.runtime(), means.version(), plan);
        this.finder = new AspectFinder(method, plan.certainty().confidence());
        this.warnings = new ArrayList<>(plan.warnings());
    }

    /**
     * What a look at some pairs shows.
     *
     * @param share of the error that it used
     */
    private record Look(EmbeddedPairs pairs, Divergence divergence, Findings findings, double share) {}

    /**
     * The last look, and how it came to be the last.
     *
     * @param drawn pictures that were sampled
     * @param known pictures that had been measured before
     */
    private record Ended(Look look, SamplingReport sampling, int drawn, int known) {}

    Explanation run() {
        enter(Stage.LOADING);
        kept.progress(Stage.LOADING, 0, 1);
        try (Lease<ClipEncoder> encoder = models.encoder(plan.encoder());
                Measurer measurer = Measurer.open(models, encoder.value(), plan.heads(), scope)) {
            provenance.model("encoder", plan.encoder(), encoder.value().files(), null);
            provenance.heads(measurer.heads());
            Ended ended = switch (plan.comparison()) {
                case Comparison.Given given -> given(given, measurer, encoder.value());
                case Comparison.Sampled sampled -> sampled(sampled, measurer, encoder.value());
            };
            Look look = ended.look();
            Map<String, List<HeadOutput>> heads = HeadReport.of(
                    measurer.heads(), look.pairs(), plan.certainty().confidence(), look.share());
            return explanation(ended, heads);
        }
    }

    private Ended given(Comparison.Given given, Measurer measurer, ClipEncoder encoder) {
        enter(Stage.EMBEDDING);
        EmbeddedPairs pairs = new GivenPairs(measurer, kept).embed(given);
        measureConcepts(encoder);
        Look look = look(pairs, 1);
        tell(look);
        return new Ended(look, null, 0, 0);
    }

    private Ended sampled(Comparison.Sampled sampled, Measurer measurer, ClipEncoder encoder) {
        try (Lease<ImageGenerator> base = models.generator(sampled.base());
                OpenModels.Personalized other = models.personalized(sampled, provenance)) {
            provenance.model("base", sampled.base(), base.value().files(), null);
            SamplerSettings settings = SamplerChoice.settings(sampled.sampling(), base.value(), means.batch());
            provenance.sampler(settings, base.value());
            asked = new AskedPictures(plan, sampled, encoder, base.value(), settings, scope);
            kept.progress(Stage.LOADING, 1, 1);
            PairSampler sampler = new PairSampler(measurer, scope, kept, clock);
            Drawn left = drawn(sampled, Side.BASE, base.value());
            Drawn right = drawn(sampled, Side.PERSONALIZED, other.generator());
            Ended ended = untilSettled(sampled, encoder, left, right, sampler, settings);
            return calibrated(ended);
        }
    }

    private Ended untilSettled(
            Comparison.Sampled sampled,
            ClipEncoder encoder,
            Drawn left,
            Drawn right,
            PairSampler sampler,
            SamplerSettings settings) {
        Certainty certainty = plan.certainty();
        Looks looks = looks(sampled);
        Pace pace = new Pace(scope.deadline());
        Look before = null;
        int index = 0;
        while (true) {
            int pairs = looks.sizes().get(index);
            sampler.sample(left, right, pairs, settings);
            measureConcepts(encoder);
            boolean all = index == looks.sizes().size() - 1;
            boolean last = all || !pace.hasTimeFor(looks.sizes().get(index + 1), pairs);
            Look look = look(EmbeddedPairs.of(left.measured(), right.measured(), true), looks.spend(index, last));
            tell(look);
            boolean settled = looks.mayStop(index) && look.findings().settled(before.findings(), certainty.precision());
            if (last || settled) {
                Stopped stopped = all ? Stopped.BUDGET : last ? Stopped.DEADLINE : Stopped.SETTLED;
                kept.progress(Stage.SAMPLING, 2L * pairs, 2L * pairs);
                int drawn = left.sampled() + right.sampled();
                SamplingReport report = new SamplingReport(
                        pairs,
                        sampled.images(),
                        looks.sizes().subList(0, index + 1),
                        stopped,
                        certainty.confidence(),
                        certainty.precision());
                return new Ended(look, report, drawn, 2 * pairs - drawn);
            }
            before = look;
            index++;
        }
    }

    private Drawn drawn(Comparison.Sampled sampled, Side side, ImageGenerator generator) {
        return new Drawn(
                side, generator, known(sampled, side), PairSampler.requests(plan, sampled, side, sampled.images()));
    }

    private KnownPictures known(Comparison.Sampled sampled, Side side) {
        return means.knownPictures(plan, sampled, side, kept.pictures());
    }

    /** With neither leave to stop early nor a time by which to be done, there is one look, at all pairs. */
    private Looks looks(Comparison.Sampled sampled) {
        boolean early = plan.certainty().sequential();
        return early || scope.deadline().isBefore(Instant.MAX)
                ? Looks.of(sampled.images(), early)
                : new Looks(List.of(sampled.images()), false);
    }

    /** Once, as soon as there are pairs to look at. */
    private void measureConcepts(ClipEncoder encoder) {
        if (measured != null) {
            return;
        }
        Vocabulary vocabulary = plan.vocabulary();
        if (proposer != null) {
            enter(Stage.PROPOSALS);
            vocabulary = widened();
            scope.check();
        }
        enter(Stage.CONCEPTS);
        ConceptMeasurer.Measured of = new ConceptMeasurer(means)
                .measure(plan, vocabulary, method instanceof StackedNnls, encoder, asked, kept, scope);
        provenance.onPictures(of.onPictures(), of.directions().statistics().isPresent());
        measured = of.directions();
    }

    /** Proposals come behind the vocabulary and are candidates like all others: a word that nothing speaks for gets no weight. */
    private Vocabulary widened() {
        kept.progress(Stage.PROPOSALS, 0, 1);
        ConceptProposer.Proposals proposals = proposer.propose(plan.vocabulary(), kept.pairs(plan));
        provenance.proposals(proposals);
        warnings.addAll(proposals.warnings());
        kept.progress(Stage.PROPOSALS, 1, 1);
        return plan.vocabulary().with(proposals.concepts());
    }

    private Look look(EmbeddedPairs pairs, double share) {
        enter(Stage.DECOMPOSITION);
        kept.progress(Stage.DECOMPOSITION, 0, 1);
        Change change = pairs.change();
        Divergence divergence = change.embeddings();
        Findings findings = finder.find(change, directions(divergence), share);
        kept.progress(Stage.DECOMPOSITION, 1, 1);
        return new Look(pairs, divergence, findings, share);
    }

    /** What ships has been grouped by hand; what a request or a proposer brings may say the same twice. */
    private ConceptDirections directions(Divergence divergence) {
        boolean own = plan.ownConcepts() || proposer != null;
        return own ? Synonyms.grouped(measured, divergence.mean()) : measured;
    }

    private void tell(Look look) {
        kept.aspects(look.divergence().differences().numRows, look.findings().aspects());
    }

    /** Completes the calibrated scores: from what was measured before, or, where the request wants that, by asking the base. */
    private Ended calibrated(Ended ended) {
        List<String> unknown = ended.look().findings().aspects().stream()
                .filter(aspect -> aspect.calibrated() == null)
                .map(Aspect::name)
                .toList();
        if (unknown.isEmpty()) {
            return ended;
        }
        enter(Stage.CALIBRATION);
        Calibration calibration = new Calibration(asked, means.calibrations(), kept);
        ConceptDirections complete =
                calibration.complete(measured, unknown, plan.certainty().calibrate());
        if (calibration.pictures() > 0 && models.directions().isEmpty()) {
            warnings.add("What the calibration measured is not kept: no folder is configured for it"
                    + " (finexl.models.directions).");
        }
        if (complete == measured) {
            return ended;
        }
        measured = complete;
        Look look = look(ended.look().pairs(), ended.look().share());
        return new Ended(look, ended.sampling(), ended.drawn() + calibration.pictures(), ended.known());
    }

    private void enter(Stage stage) {
        clock.enter(stage);
    }

    private Explanation explanation(Ended ended, Map<String, List<HeadOutput>> heads) {
        Findings findings = ended.look().findings();
        SamplingReport sampling = ended.sampling();
        if (sampling != null && sampling.stopped() == Stopped.DEADLINE) {
            warnings.add("Cut short: there was time for %d of %d pairs of pictures only."
                    .formatted(sampling.pairs(), sampling.budget()));
        }
        if (plan.comparison() instanceof Comparison.Sampled sampled && !findings.changed()) {
            sampled.trigger().hint().ifPresent(warnings::add);
        }
        List<ShownPair> pairs = ShownPairs.of(plan, findings);
        return new Explanation(
                SummaryWriter.write(
                        findings.changed(),
                        findings.pValue(),
                        findings.aspects(),
                        findings.unexplained(),
                        plan.comparison().pairing()),
                findings.changed(),
                findings.pValue(),
                findings.aspects(),
                findings.unexplained(),
                findings.explained(),
                findings.relativeError(),
                ended.look().divergence().norm(),
                findings.vector(),
                method.id(),
                sampling,
                heads,
                Policy.judge(plan.policy(), heads),
                ShownPairs.examples(findings.aspects(), pairs),
                pairs,
                List.copyOf(warnings),
                provenance.usage(sampling, ended.drawn(), ended.known(), clock.finish()),
                provenance.finish(sampling));
    }
}
