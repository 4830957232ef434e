package dev.finexl.serve.http;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Lets as many explanations run at once as the machine is good for, and as many wait as is sensible. Exists because an
 * explanation uses every processor on its own: running more of them at once finishes none of them sooner, and each
 * holds the memory of its tensors.
 */
public final class ExplainGate {

    private final Semaphore running;
    private final AtomicInteger waiting = new AtomicInteger();
    private final int mostWaiting;

    /** There are enough waiting already. */
    public static final class FullException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        FullException(int waiting) {
            super("%d requests are waiting already, which is the most that may".formatted(waiting));
        }
    }

    /**
     * @param concurrent most that run at the same time, 1 or more
     * @param mostWaiting most that wait for their turn, 0 or more
     */
    public ExplainGate(int concurrent, int mostWaiting) {
        this.running = new Semaphore(concurrent, true);
        this.mostWaiting = mostWaiting;
    }

    /**
     * Runs the work when its turn has come.
     *
     * @throws FullException at once, if too many wait already
     */
    public <T> T run(Supplier<T> work) {
        if (!running.tryAcquire()) {
            awaitTurn();
        }
        try {
            return work.get();
        } finally {
            running.release();
        }
    }

    private void awaitTurn() {
        if (waiting.incrementAndGet() > mostWaiting) {
            waiting.decrementAndGet();
            throw new FullException(mostWaiting);
        }
        try {
            running.acquireUninterruptibly();
        } finally {
            waiting.decrementAndGet();
        }
    }
}
