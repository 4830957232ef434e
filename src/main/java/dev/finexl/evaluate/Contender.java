package dev.finexl.evaluate;

import dev.finexl.concept.Vocabulary;
import dev.finexl.decompose.Bootstrap;
import dev.finexl.decompose.Decomposer;
import dev.finexl.decompose.DecompositionMethod;
import dev.finexl.decompose.Divergence;
import dev.finexl.decompose.SignFlipTest;
import dev.finexl.explain.Aspect;
import dev.finexl.explain.AspectFinder;
import dev.finexl.explain.Explainer;
import dev.finexl.explain.InvalidRequestException;
import dev.finexl.explain.Looks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A method that takes part in a comparison: a decomposition with all that an explanation does, or a {@link Ranker}. */
sealed interface Contender {

    /** The name under which reports know it. */
    String id();

    /** What it says of one personalisation. */
    Outcome judge(Evidence evidence);

    /**
     * What it says of many times the pictures, and of each part of them.
     *
     * @param part pairs of each part, a divisor of the number of pairs
     */
    default Case.Reference reference(Evidence evidence, int part) {
        List<Outcome> parts = IntStream.range(0, evidence.pairs() / part)
                .mapToObj(i -> judge(evidence.pairs(i * part, (i + 1) * part)))
                .toList();
        return new Case.Reference(whole().judge(evidence).scores(), parts);
    }

    /** What answers for all pictures, where this one would not look at all. */
    default Contender whole() {
        return this;
    }

    /** The rankers, then every decomposition there is, then the default one with sequential sampling. */
    static List<Contender> all() {
        return Stream.of(
                        Ranker.all().stream().map(Ranked::new),
                        DecompositionMethod.all().stream().map(Decomposed::new),
                        Stream.of(new Sequential(DecompositionMethod.of(Explainer.DEFAULT_METHOD))))
                .<Contender>flatMap(contenders -> contenders)
                .toList();
    }

    /**
     * Those of some names, in the order of {@link #all()}.
     *
     * @param names null or none for all
     * @throws InvalidRequestException that lists the names there are, if one is unknown
     */
    static List<Contender> named(List<String> names) {
        if (names == null || names.isEmpty()) {
            return all();
        }
        List<String> known = all().stream().map(Contender::id).toList();
        for (String name : names) {
            if (!known.contains(name)) {
                throw new InvalidRequestException(
                        "methods", "expected some of %s, got '%s'".formatted(String.join(", ", known), name));
            }
        }
        return all().stream().filter(c -> names.contains(c.id())).toList();
    }

    /** A decomposition, with the tests and intervals of an explanation. */
    record Decomposed(DecompositionMethod method) implements Contender {

        @Override
        public String id() {
            return method.id();
        }

        @Override
        public Outcome judge(Evidence evidence) {
            long start = System.nanoTime();
            AspectFinder.Findings findings = new AspectFinder(method, AspectFinder.CONFIDENCE)
                    .find(evidence.pictures().change(), evidence.concepts().measured(), 1);
            return outcome(findings, evidence, evidence.pairs(), start);
        }
    }

    private static Outcome outcome(AspectFinder.Findings findings, Evidence evidence, int pairs, long start) {
        Vocabulary vocabulary = evidence.concepts().measured().vocabulary();
        List<Outcome.Found> found = new ArrayList<>();
        for (Aspect aspect : findings.aspects()) {
            found.add(new Outcome.Found(
                    AnswerKey.wording(aspect.name(), vocabulary),
                    aspect.score(),
                    aspect.interval().low(),
                    aspect.interval().high()));
        }
        return new Outcome(findings.scores(), found, 2 * pairs, (System.nanoTime() - start) / 1e9);
    }

    /** A decomposition that looks at more and more pairs until its answer is settled, as explanations do. */
    record Sequential(DecompositionMethod method) implements Contender {

        @Override
        public String id() {
            return method.id() + "-sequential";
        }

        @Override
        public Outcome judge(Evidence evidence) {
            long start = System.nanoTime();
            AspectFinder finder = new AspectFinder(method, AspectFinder.CONFIDENCE);
            Looks looks = Looks.of(evidence.pairs(), true);
            AspectFinder.Findings before = null;
            int last = looks.sizes().size() - 1;
            for (int look = 0; ; look++) {
                Evidence seen = evidence.pairs(0, looks.sizes().get(look));
                AspectFinder.Findings findings = finder.find(
                        seen.pictures().change(), seen.concepts().measured(), looks.spend(look, look == last));
                if (look == last || looks.mayStop(look) && findings.settled(before, Looks.PRECISION)) {
                    return outcome(findings, evidence, seen.pairs(), start);
                }
                before = findings;
            }
        }

        @Override
        public Contender whole() {
            return new Decomposed(method);
        }
    }

    /**
     * A ranker with the rule by which explanations report: where a sign-flip test rejects at level 0.05 that nothing
     * changed, those concepts whose bootstrap interval at level 0.95 stays above zero. Rankers have no rule of their own;
     * lending them this one compares scores and not tests.
     */
    record Ranked(Ranker ranker) implements Contender {

        private static final double SIGNIFICANCE = 0.05;
        private static final double CONFIDENCE = 0.95;
        private static final int FLIPS = 9999;
        private static final int REPLICATES = 1000;
        private static final long SEED = 20251101;

        @Override
        public String id() {
            return ranker.id();
        }

        @Override
        public Outcome judge(Evidence evidence) {
            long start = System.nanoTime();
            int pairs = evidence.pairs();
            Divergence divergence = Divergence.between(evidence.base(), evidence.personalized());
            Decomposer.Mixtures scorer = ranker.prepare(evidence);
            double[] shares = new double[pairs];
            Arrays.fill(shares, 1.0 / pairs);
            double[] scores = scorer.weights(shares);
            boolean changed = new SignFlipTest(FLIPS, SEED).test(divergence).pValue() < SIGNIFICANCE;
            List<Outcome.Found> found = changed
                    ? found(
                            scores,
                            new Bootstrap(REPLICATES, SEED)
                                    .intervals(scorer, evidence.concepts().count(), pairs, CONFIDENCE))
                    : List.of();
            return new Outcome(scores, found, 2 * pairs, (System.nanoTime() - start) / 1e9);
        }

        private static List<Outcome.Found> found(double[] scores, Bootstrap.Intervals intervals) {
            List<Outcome.Found> found = new ArrayList<>();
            for (int c = 0; c < scores.length; c++) {
                if (scores[c] > 0 && intervals.low()[c] > 0) {
                    found.add(new Outcome.Found(
                            c, scores[c], intervals.low()[c], intervals.high()[c]));
                }
            }
            found.sort(Comparator.comparingDouble(f -> -f.score()));
            return found;
        }
    }
}
