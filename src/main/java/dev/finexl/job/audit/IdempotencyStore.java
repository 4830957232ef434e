package dev.finexl.job.audit;

import java.time.Instant;

/**
 * Remembers which work has been begun and which is done, for all workers that share it. {@link RunOnce} builds on it that
 * the same event, however often it comes, is one run.
 *
 * <p>A record is absent, running until an instant (the lease), or done. Every step is atomic: of two workers that begin
 * at the same time one is given a claim. A lease that has run out may be taken over by anyone, since its holder is
 * taken for dead. It may only be slow, so each claim has a token that is greater than those before it, and whoever comes
 * with an older one is refused: the slow worker can't complete, extend or release what is no longer its own.
 *
 * <p>Instants are compared between machines: leases must be longer than their clocks differ.
 *
 * <p>Thread-safe. Where the store itself can't be reached, its methods throw what its client throws.
 */
public interface IdempotencyStore {

    /** What came of an attempt to begin. */
    sealed interface Begun {}

    /**
     * The work is the caller's.
     *
     * @param key of the work
     * @param owner names this attempt, unlike any other
     * @param token greater than those of all claims on the same key before, 1 or more
     */
    record Claim(String key, String owner, long token) implements Begun {}

    /**
     * Another worker is at it.
     *
     * @param until when its lease runs out, unless it is extended
     */
    record InProgress(Instant until) implements Begun {}

    /**
     * It has been done.
     *
     * @param token of the claim that did it
     * @param result what {@link #complete} was told
     */
    record Done(long token, String result) implements Begun {}

    /**
     * Claims the work, unless it is done or its lease is another's.
     *
     * @param key of the work, 1 to 200 ASCII characters
     * @param now the caller's time
     * @param until when the claim may be taken for abandoned
     */
    Begun begin(String key, Instant now, Instant until);

    /**
     * Puts off the end of a lease.
     *
     * @return false if the claim is no longer the caller's
     */
    boolean extend(Claim claim, Instant until);

    /**
     * Records that the work is done. Harmless if repeated.
     *
     * @param result where the outcome is, 1 to 2000 characters
     * @return false if the claim is no longer the caller's
     */
    boolean complete(Claim claim, String result);

    /** Gives the work back undone, so that the next to come may begin at once; does nothing if the claim is no longer the caller's. */
    void release(Claim claim);

    /** Forgets that work was done, because its result is gone; does nothing if it has been begun anew since. */
    void forget(String key, Done done);
}
