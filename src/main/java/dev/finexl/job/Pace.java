package dev.finexl.job;

import java.util.OptionalDouble;

/** How long turns of one kind took of late. Not thread-safe. */
final class Pace {

    /** Enough for a mean, and few enough for it to follow when other models are asked for. */
    private static final int REMEMBERED = 16;

    private double mean;
    private int turns;

    void add(double seconds) {
        turns = Math.min(turns + 1, REMEMBERED);
        mean += (seconds - mean) / turns;
    }

    /** Seconds of a turn; empty while none has ended. */
    OptionalDouble seconds() {
        return turns == 0 ? OptionalDouble.empty() : OptionalDouble.of(mean);
    }
}
