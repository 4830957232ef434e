package dev.finexl.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.finexl.evaluate.Outcome.Found;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Metrics of answers that were made up so that they can be computed by hand. */
class ScorecardTest {

    private static final AnswerKey FIRST = new AnswerKey(Map.of(0, 0.8), Set.of());
    private static final AnswerKey SECOND = new AnswerKey(Map.of(1, 0.4), Set.of());
    private static final AnswerKey PAIR = new AnswerKey(Map.of(0, 0.5, 1, 0.5), Set.of());
    private static final AnswerKey TRIPLE = new AnswerKey(Map.of(0, 0.5, 1, 0.5), Set.of(3));
    private static final AnswerKey NULL = new AnswerKey(Map.of(), Set.of());

    /** Reports the concepts of {@code found} with their scores and intervals 0.1 to both sides. */
    private static Outcome outcome(List<Integer> found, double... scores) {
        return new Outcome(
                scores,
                found.stream()
                        .map(c -> new Found(c, scores[c], scores[c] - 0.1, scores[c] + 0.1))
                        .toList(),
                10,
                0.5);
    }

    private static Case answer(String name, AnswerKey key, double weight, Outcome outcome) {
        return new Case(name, key, true, weight, outcome, null);
    }

    private static Metrics metrics(Case... cases) {
        return new Scorecard(List.of(cases), List.of()).metrics();
    }

    @Test
    void ranksWhatIsReportedBeforeTheRestAndNamesNothingWithoutAScore() {
        assertThat(outcome(List.of(2), 0.3, 0.9, 0.2, 0, -0.5, 0.3).ranking()).containsExactly(2, 1, 0, 5);
    }

    @Test
    void countsSingleAspects() {
        Metrics metrics = metrics(
                answer("a", FIRST, 1, outcome(List.of(0), 0.5, 0.1, 0, 0)),
                answer("b", SECOND, 1, outcome(List.of(), 0.5, 0.1, 0, 0)),
                answer("b", SECOND, 0.5, outcome(List.of(), 0, 0.1, 0, 0)));
        assertThat(metrics.firstAspect()).isEqualTo(0.5);
        assertThat(metrics.error()).isEqualTo(0.5);
        assertThat(metrics.recallAtK()).isNull();
        assertThat(metrics.pairs()).isNull();
        assertThat(metrics.content()).isNull();
        assertThat(metrics.falsePositive()).isNull();
        assertThat(metrics.imagesUsed()).isEqualTo(10);
        assertThat(metrics.seconds()).isEqualTo(0.5);
    }

    @Test
    void countsMixturesAmongTheFirstK() {
        Metrics metrics = metrics(
                // One of two.
                answer("pair", PAIR, 1, outcome(List.of(), 0.5, 0.1, 0.3, 0)),
                // Both that are named are right, and one is missing.
                answer("triple", TRIPLE, 1, outcome(List.of(), 0.5, 0, 0, 0.3)));
        assertThat(metrics.pairs()).isEqualTo(0.5);
        assertThat(metrics.triples()).isEqualTo(2 / 3.0);
        assertThat(metrics.recallAtK()).isEqualTo((0.5 + 2 / 3.0) / 2);
        assertThat(metrics.precisionAtK()).isEqualTo((0.5 + 1) / 2);
        assertThat(metrics.content()).isEqualTo(2 / 3.0);
        assertThat(metrics.error()).isCloseTo(1 - (0.5 + 2 / 3.0) / 2, within(1e-12));
        assertThat(metrics.firstAspect()).isNull();
    }

    @Test
    void correlatesScoresWithWeights() {
        List<Case> cases = new ArrayList<>();
        double[] weights = {0.25, 0.5, 0.75, 1};
        // Two neighbours swapped: 1 − 6·2 / (4·15) = 0.8. And one that never moves: 0.
        double[] swapped = {0.1, 0.3, 0.2, 0.4};
        for (int i = 0; i < 4; i++) {
            cases.add(answer("a", FIRST, weights[i], outcome(List.of(), swapped[i], 0)));
            cases.add(answer("b", SECOND, weights[i], outcome(List.of(), 0, 0.7)));
        }
        assertThat(new Scorecard(cases, List.of()).metrics().spearman()).isCloseTo(0.4, within(1e-12));
    }

    @Test
    void sharesRanksBetweenEqualValues() {
        // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: Pearson's is 4.5 / √(5 · 4.5).
        assertThat(Similarity.spearman(new double[] {1, 2, 3, 4}, new double[] {0, 5, 5, 7}))
                .isCloseTo(4.5 / Math.sqrt(5 * 4.5), within(1e-12));
        assertThat(Similarity.spearman(new double[] {1, 2, 3}, new double[] {9, 4, 1}))
                .isCloseTo(-1, within(1e-12));
    }

    @Test
    void measuresLevelsByTheBestCommonFactor() {
        // With factor 2 the first is exact and the second is 0.2 off; with factor 4/3 the first would be 0.27 off.
        Metrics metrics = metrics(
                answer("a", FIRST, 1, outcome(List.of(), 0.4, 0)), answer("b", SECOND, 1, outcome(List.of(), 0, 0.3)));
        assertThat(metrics.levelError()).isCloseTo(0.1, within(1e-12));
        assertThat(metrics(answer("a", FIRST, 1, outcome(List.of(), 0, 0))).levelError())
                .isCloseTo(0.8, within(1e-12));
    }

    @Test
    void sharesReportedScoresBetweenRightAndWrong() {
        Metrics metrics = metrics(
                answer("a", FIRST, 1, outcome(List.of(0, 1), 0.6, 0.2, 0.9)),
                answer("b", SECOND, 1, outcome(List.of(), 0.6, 0.2, 0.9)));
        assertThat(metrics.wrongShare()).isCloseTo(0.25, within(1e-12));
    }

    @Test
    void countsWhatIsFoundInNothing() {
        List<Case> cases = List.of(
                answer("null", NULL, 1, outcome(List.of(1), 0, 0.3)),
                answer("a", FIRST, 1, outcome(List.of(0), 0.3, 0)));
        List<Outcome> nothing = List.of(outcome(List.of(), 0.3, 0), outcome(List.of(), 0, 0), outcome(List.of(), 0, 0));
        assertThat(new Scorecard(cases, nothing).metrics().falsePositive()).isEqualTo(0.25);
    }

    @Test
    void seesWhetherIntervalsCoverTheReference() {
        Outcome outcome = outcome(List.of(0, 1), 0.5, 0.4);
        Outcome other = outcome(List.of(1), 0.5, 0.2);
        Case measured = new Case(
                "a", PAIR, true, 1, outcome, new Case.Reference(new double[] {0.55, 0.2}, List.of(outcome, other)));
        assertThat(metrics(measured, answer("b", FIRST, 1, outcome)).coverage()).isCloseTo(2.0 / 3, within(1e-12));
    }

    @Test
    void selectsTheMostSimilarOther() {
        Metrics metrics = metrics(
                answer("a", FIRST, 1, outcome(List.of(), 1, 0.1)),
                answer("a", FIRST, 0.5, outcome(List.of(), 0.5, 0.1)),
                // Nearest to the pair, although there is another of its kind.
                answer("b", SECOND, 1, outcome(List.of(), 0.6, 0.6)),
                answer("c", SECOND, 1, outcome(List.of(), 0, 1)),
                // Without a partner, so not asked.
                answer("pair", PAIR, 1, outcome(List.of(), 0.5, 0.5)),
                answer("null", NULL, 1, outcome(List.of(), 1, 0.1)));
        // a and its weaker self find each other; b finds the pair; c finds b.
        assertThat(metrics.selection()).isEqualTo(0.75);
    }
}
