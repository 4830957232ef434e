package dev.finexl.explain;

import java.time.Duration;
import java.time.Instant;

/** How fast an explanation comes on, to tell whether there is time for more of it before a deadline. */
final class Pace {

    /** Pictures do not all take the same time, and what comes after the last has to fit as well. */
    private static final double MARGIN = 1.25;

    private final Instant deadline;
    private final long start = System.nanoTime();

    /** @param deadline {@link Instant#MAX} for none */
    Pace(Instant deadline) {
        this.deadline = deadline;
    }

    /**
     * Whether the work can grow to some size in time, if it goes on as it went so far.
     *
     * @param next the size that it would have
     * @param done the size that it has, at least 1
     */
    boolean hasTimeFor(int next, int done) {
        if (deadline.equals(Instant.MAX)) {
            return true;
        }
        double perUnit = (double) (System.nanoTime() - start) / done;
        Duration needed = Duration.ofNanos((long) (perUnit * (next - done) * MARGIN));
        return Instant.now().plus(needed).isBefore(deadline);
    }
}
