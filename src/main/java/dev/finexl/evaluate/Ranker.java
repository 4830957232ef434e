package dev.finexl.evaluate;

import dev.finexl.decompose.Decomposer;
import java.util.List;

/**
 * A rival that scores each concept by itself, without regard to the others, and has no idea of its own of what is worth
 * reporting.
 */
sealed interface Ranker permits NaiveRanker, GsClipRanker, VisDiffRanker {

    /** The name under which reports know it. */
    String id();

    /**
     * Makes ready to score.
     *
     * @return the concepts' scores given each pair's share in the evidence, which is 1/n for the evidence as it is
     */
    Decomposer.Mixtures prepare(Evidence evidence);

    /** All rankers. */
    static List<Ranker> all() {
        return List.of(new NaiveRanker(), new GsClipRanker(), new VisDiffRanker());
    }
}
