package dev.finexl.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.finexl.decompose.DecompositionMethod;
import dev.finexl.evaluate.Evidence.Concepts;
import dev.finexl.explain.EmbeddedPairs;
import dev.finexl.explain.InvalidRequestException;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;

/** Rankers on two pairs of pictures in a plane. */
class RankerTest {

    private static final double[] EVEN = {0.5, 0.5};

    /** The divergence is (−0.4, 0.7): both pictures move, one further than the other. */
    private static final Evidence EVIDENCE = new Evidence(
            new EmbeddedPairs(
                    new DMatrixRMaj(new double[][] {{1, 0}, {0.8, 0.6}}),
                    new DMatrixRMaj(new double[][] {{0, 1}, {1, 1}}),
                    new EmbeddedPairs.Numbers(new DMatrixRMaj(2, 1), new DMatrixRMaj(2, 1), true),
                    List.of(),
                    true),
            new Concepts(
                    null,
                    new DMatrixRMaj(new double[][] {{0, 5}, {-2, 0}, {0, 0}}),
                    new DMatrixRMaj(new double[][] {{1, 0}, {0, 1}, {0.6, 0.8}})));

    @Test
    void naiveIsTheCosineOfDirectionAndDivergence() {
        double[] scores = new NaiveRanker().prepare(EVIDENCE).weights(EVEN);
        double norm = Math.hypot(0.4, 0.7);
        assertThat(scores).containsExactly(new double[] {0.7 / norm, 0.4 / norm, 0}, within(1e-12));
    }

    @Test
    void gsclipIsTheCosineOfTextAndDivergence() {
        double[] scores = new GsClipRanker().prepare(EVIDENCE).weights(EVEN);
        double norm = Math.hypot(0.4, 0.7);
        assertThat(scores)
                .containsExactly(
                        new double[] {-0.4 / norm, 0.7 / norm, (0.6 * -0.4 + 0.8 * 0.7) / norm}, within(1e-12));
    }

    @Test
    void visdiffIsTheStandardisedDifferenceOfSimilarities() {
        double[] scores = new VisDiffRanker().prepare(EVIDENCE).weights(EVEN);
        // First concept: 1, 0.8 before and 0, 1 after; variances 0.01 and 0.25.
        assertThat(scores[0]).isCloseTo(-0.4 / Math.sqrt(0.13), within(1e-12));
        // Second concept: 0, 0.6 before and 1, 1 after; variances 0.09 and 0.
        assertThat(scores[1]).isCloseTo(0.7 / Math.sqrt(0.045), within(1e-12));
    }

    @Test
    void everyRankerFollowsTheSharesOfThePairs() {
        for (Ranker ranker : Ranker.all()) {
            double[] first = ranker.prepare(EVIDENCE).weights(new double[] {1, 0});
            double[] even = ranker.prepare(EVIDENCE).weights(EVEN);
            assertThat(first).as(ranker.id()).isNotEqualTo(even);
        }
    }

    @Test
    void namesEveryMethodThereIs() {
        assertThat(Contender.named(null))
                .extracting(Contender::id)
                .startsWith("naive", "gsclip", "visdiff")
                .containsAll(DecompositionMethod.all().stream()
                        .map(DecompositionMethod::id)
                        .toList());
        assertThat(Contender.named(List.of("nnls", "naive")))
                .extracting(Contender::id)
                .containsExactly("naive", "nnls");
        assertThatThrownBy(() -> Contender.named(List.of("naive", "nonsense")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("visdiff")
                .hasMessageContaining("nonsense");
    }
}
