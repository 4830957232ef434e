package dev.finexl.job;

import java.util.OptionalDouble;

/**
 * How long turns of one kind take, as those of late did: a mean of few turns follows when other models are asked for, but falls
 * too low as soon as some short ones come together; a mean of many does neither. The longer of both counts, since who relies on
 * it has to be right about the most that it may take. Not thread-safe.
 */
final class Pace {

    private final Mean few = new Mean(16);
    private final Mean many = new Mean(128);

    /** Of the last turns, the older the less. */
    private static final class Mean {

        private final int most;
        private double value;
        private int turns;

        Mean(int most) {
            this.most = most;
        }

        void add(double seconds) {
            turns = Math.min(turns + 1, most);
            value += (seconds - value) / turns;
        }
    }

    void add(double seconds) {
        few.add(seconds);
        many.add(seconds);
    }

    /** Seconds of a turn; empty while none has ended. */
    OptionalDouble seconds() {
        return few.turns == 0 ? OptionalDouble.empty() : OptionalDouble.of(Math.max(few.value, many.value));
    }
}
