package dev.finexl.job;

import java.util.HashMap;
import java.util.Map;

/**
 * The disk that all uploads may take together. Exists because a bound on each of them bounds nothing while anybody may
 * send as many as he likes: bodies on their way in and pictures that wait for their explanation draw on one budget, each
 * under the name of its owner, and whoever would exceed it is told to come back.
 *
 * <p>Thread-safe.
 */
public final class UploadRoom {

    private final long budget;
    private final Map<String, Long> taken = new HashMap<>();
    private long sum;

    /** @param budget bytes, of all owners together */
    public UploadRoom(long budget) {
        this.budget = budget;
    }

    /** Says that there is no room at the moment. */
    public static final class FullException extends RuntimeException {

        private FullException(long budget) {
            super(
                    "uploads take all of the %d bytes that they may take together; come back when some have been explained"
                            .formatted(budget));
        }
    }

    /**
     * Takes room for an owner, in addition to what it has.
     *
     * @param bytes at least 0
     * @throws FullException if there is not as much; nothing is taken then
     */
    public synchronized void take(String owner, long bytes) {
        if (bytes > budget - sum) {
            throw new FullException(budget);
        }
        occupy(owner, bytes);
    }

    /** Counts what is there already, even beyond the budget. */
    synchronized void occupy(String owner, long bytes) {
        taken.merge(owner, bytes, Long::sum);
        sum += bytes;
    }

    /** Gives back all that an owner has, if it has anything. */
    public synchronized void leave(String owner) {
        Long bytes = taken.remove(owner);
        if (bytes != null) {
            sum -= bytes;
        }
    }
}
