package dev.finexl.explain;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;

/**
 * How many pairs of pictures an explanation rests on, and why not more. However it ended, an interval of the explanation
 * misses with a probability of at most 1 &minus; confidence, and its p-values may be compared with that ({@link Looks}).
 *
 * @param pairs that were sampled
 * @param budget most pairs that might have been
 * @param looks at the answer, after so many pairs each
 * @param stopped why it ended
 * @param confidence level of intervals and tests
 * @param precision half-width below which intervals were narrow enough to stop
 */
public record SamplingReport(
        int pairs, int budget, List<Integer> looks, Stopped stopped, double confidence, double precision) {

    /** Why sampling ended. */
    public enum Stopped {
        /** The aspects and their order no longer changed, the first was sure to be the first, and every interval was narrow enough. */
        SETTLED("settled"),
        /** All pairs of the budget were sampled. */
        BUDGET("budget"),
        /** There was no time for more. */
        DEADLINE("deadline");

        private final String label;

        Stopped(String label) {
            this.label = label;
        }

        /** The name in JSON. */
        @JsonValue
        public String label() {
            return label;
        }
    }
}
