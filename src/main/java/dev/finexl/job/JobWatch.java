package dev.finexl.job;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Follows one job, wherever it runs. Exists because it says only <em>that</em> something has changed, never what: a
 * watcher looks at the job as it stands when it gets round to it. So there is no buffer of events that a slow watcher
 * could fill, and however late it comes it misses nothing that still matters.
 */
public final class JobWatch implements AutoCloseable {

    private final Supplier<Optional<Job>> look;
    private final Consumer<JobWatch> onClose;
    private final Semaphore changes = new Semaphore(0);

    JobWatch(Supplier<Optional<Job>> look, Consumer<JobWatch> onClose) {
        this.look = look;
        this.onClose = onClose;
    }

    /** The job as it stands; empty if there is none, or no more. */
    public Optional<Job> job() {
        return look.get();
    }

    /**
     * Returns after a change since the last call, or when the time is up. Changes in other processes do not wake it, so
     * the time should be short.
     */
    public void await(Duration atMost) throws InterruptedException {
        if (changes.tryAcquire(Math.max(0, atMost.toNanos()), TimeUnit.NANOSECONDS)) {
            changes.drainPermits();
        }
    }

    void wake() {
        changes.release();
    }

    @Override
    public void close() {
        onClose.accept(this);
    }
}
