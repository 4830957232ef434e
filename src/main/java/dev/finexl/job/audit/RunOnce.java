package dev.finexl.job.audit;

import dev.finexl.job.audit.IdempotencyStore.Begun;
import dev.finexl.job.audit.IdempotencyStore.Claim;
import dev.finexl.onnx.RunScope;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Runs work once, however many workers are told to: begin a record, run, write the result, complete the record; or
 * release the record if it failed. Queues deliver at least once, so that is what makes an event one explanation.
 *
 * <p>The races, and who wins:
 *
 * <ul>
 *   <li>Two workers begin at once: the store gives the claim to one, the other is told how long the lease is and fails its
 *       message, which comes back later and finds the work done.
 *   <li>A worker dies while it runs: its lease runs out, and the next delivery takes over. Nothing of the dead one is
 *       relied on.
 *   <li>A worker dies between writing the result and completing: the next one runs again and writes the same object again.
 *       The other order would be worse: a record of a result that was never written.
 *   <li>A worker is so slow that its lease runs out (a paused process, a store that can't be reached): the lease is extended
 *       every third of its length beside the work; when that is refused, the scope is cancelled. Before the result
 *       is written the work asks once more ({@link Held#confirm()}). Between that and the write a pause may still let two
 *       workers write: whole objects of the same name with the same content but for the times, so the last one wins and
 *       nothing is torn. Only the one with the newest claim completes.
 *   <li>The time is up: the scope is cancelled while there is still time to release the record, so that the next delivery
 *       need not wait for the lease. A worker that is stopped before it got there is one that died.
 *   <li>A record says done but the result is gone (removed by hand or by a lifecycle rule): the caller forgets the record and
 *       runs once more; two callers that forget at once forget the same token, and begin again as in the first race.
 * </ul>
 */
final class RunOnce {

    private static final int BEATS_OF_A_LEASE = 3;

    private final IdempotencyStore store;
    private final Duration lease;
    private final InstantSource clock;

    /** @param lease how long a worker may be silent before it is taken for dead */
    RunOnce(IdempotencyStore store, Duration lease, InstantSource clock) {
        this.store = store;
        this.lease = lease;
        this.clock = clock;
    }

    /** What came of it. */
    sealed interface Outcome<T> {}

    /** The work ran here. */
    record Ran<T>(T value) implements Outcome<T> {}

    /** It had been done before. */
    record Known<T>(IdempotencyStore.Done done) implements Outcome<T> {}

    /** Another worker is at it. */
    record Busy<T>(Instant until) implements Outcome<T> {}

    /** What the work may ask while it runs. */
    interface Held {

        /** How often the work has been begun, this time included, 1 or more. */
        long attempt();

        /** @throws LostException if another worker has taken over */
        void confirm();

        /** Tells where the result is, now that it has been written; without it the work stays undone. */
        void complete(String result);
    }

    /** The work itself. */
    interface Work<T> {
        T run(Held held);
    }

    /** Another worker has taken over; what was done here is for nothing. */
    static final class LostException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        LostException(String key) {
            super("the lease on %s ran out and another worker has taken over".formatted(key));
        }
    }

    /**
     * Runs the work, unless it is done or another worker is at it.
     *
     * @param scope of the work; it is cancelled when the claim is lost, and at {@code cutoff}
     * @param cutoff when the work must stop, for its record to be released in time
     */
    <T> Outcome<T> run(String key, RunScope scope, Instant cutoff, Work<T> work) {
        Instant now = clock.instant();
        Begun begun = store.begin(key, now, now.plus(lease));
        return switch (begun) {
            case IdempotencyStore.Done done -> new Known<>(done);
            case IdempotencyStore.InProgress other -> new Busy<>(other.until());
            case Claim claim -> new Ran<>(run(claim, scope, cutoff, work));
        };
    }

    /** Forgets that work was done, because its result is gone. */
    void forget(String key, IdempotencyStore.Done done) {
        store.forget(key, done);
    }

    private <T> T run(Claim claim, RunScope scope, Instant cutoff, Work<T> work) {
        Holding holding = new Holding(claim);
        try (var _ = new Heartbeat(claim, scope, cutoff)) {
            T value = work.run(holding);
            if (!holding.completed) {
                store.release(claim);
            }
            return value;
        } catch (RuntimeException | Error e) {
            // Also for want of memory: what follows may fail too, and then the lease runs out.
            release(claim, e);
            throw e;
        }
    }

    private void release(Claim claim, Throwable failure) {
        try {
            store.release(claim);
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private final class Holding implements Held {

        private final Claim claim;
        private boolean completed;

        Holding(Claim claim) {
            this.claim = claim;
        }

        @Override
        public long attempt() {
            return claim.token();
        }

        @Override
        public void confirm() {
            if (!store.extend(claim, clock.instant().plus(lease))) {
                throw new LostException(claim.key());
            }
        }

        @Override
        public void complete(String result) {
            completed = true;
            if (!store.complete(claim, result)) {
                throw new LostException(claim.key());
            }
        }
    }

    /** Extends the lease beside the work, and stops the work when it is lost or its time is up. */
    private final class Heartbeat implements AutoCloseable {

        private final Claim claim;
        private final RunScope scope;
        private final Instant cutoff;
        private final CountDownLatch over = new CountDownLatch(1);

        Heartbeat(Claim claim, RunScope scope, Instant cutoff) {
            this.claim = claim;
            this.scope = scope;
            this.cutoff = cutoff;
            Thread.ofVirtual().name("lease of " + claim.key()).start(this::beat);
        }

        private void beat() {
            Instant heldUntil = clock.instant().plus(lease);
            try {
                while (!over.await(pause().toMillis(), TimeUnit.MILLISECONDS)) {
                    Instant now = clock.instant();
                    if (!now.isBefore(cutoff)) {
                        scope.cancel();
                        return;
                    }
                    try {
                        if (!store.extend(claim, now.plus(lease))) {
                            scope.cancel();
                            return;
                        }
                        heldUntil = now.plus(lease);
                    } catch (RuntimeException unreachable) {
                        // The claim stands until the lease runs out, and so long the store may come back.
                        if (!now.isBefore(heldUntil)) {
                            scope.cancel();
                            return;
                        }
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private Duration pause() {
            Duration left = Duration.between(clock.instant(), cutoff);
            Duration beat = lease.dividedBy(BEATS_OF_A_LEASE);
            return left.compareTo(beat) < 0 ? left : beat;
        }

        @Override
        public void close() {
            over.countDown();
        }
    }
}
