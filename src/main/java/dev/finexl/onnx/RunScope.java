package dev.finexl.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.RunOptions;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Exists because an explanation is many runs of many sessions that start, count and end as one: whatever runs for the
 * same explanation shares a scope, through which all of it can be stopped, even in the middle of a run, and whose
 * clock holds the time spent inside ONNX Runtime.
 *
 * <p>{@link #cancel()} may be called from any thread, also after {@link #close()}, when it does nothing.
 */
public final class RunScope implements AutoCloseable {

    private static final Set<RunScope> OPEN = ConcurrentHashMap.newKeySet();

    private final RunOptions options;
    private final Instant deadline;
    private final AtomicLong sessionNanos = new AtomicLong();
    private volatile boolean cancelled;
    private boolean closed;

    /**
     * Without a deadline.
     *
     * @throws OnnxException if ONNX Runtime cannot be loaded
     */
    public RunScope() {
        this(Instant.MAX);
    }

    /**
     * @param deadline by which the work should have an answer, be it of fewer pictures; nothing is stopped when it passes
     * @throws OnnxException if ONNX Runtime cannot be loaded
     */
    public RunScope(Instant deadline) {
        this.deadline = deadline;
        try {
            options = new RunOptions();
        } catch (OrtException e) {
            throw new OnnxException("ONNX Runtime gave no run options: " + e.getMessage(), e);
        }
        OPEN.add(this);
    }

    /**
     * Cancels whatever is under way in this process, for when it has to end.
     *
     * @return whether there was anything
     */
    public static boolean cancelAll() {
        List<RunScope> open = List.copyOf(OPEN);
        open.forEach(RunScope::cancel);
        return !open.isEmpty();
    }

    /** Stops the run under way, within one operator of its graph, and every later one. */
    public synchronized void cancel() {
        cancelled = true;
        if (!closed) {
            try {
                options.setTerminate(true);
            } catch (OrtException e) {
                throw new OnnxException("the run could not be stopped: " + e.getMessage(), e);
            }
        }
    }

    /** @throws CancellationException if {@link #cancel()} was called */
    public void check() {
        if (cancelled) {
            throw new CancellationException("the explanation was cancelled");
        }
    }

    /** When the work should have an answer; {@link Instant#MAX} for no such time. */
    public Instant deadline() {
        return deadline;
    }

    /** Nanoseconds spent inside the runs of sessions so far. */
    public long sessionNanos() {
        return sessionNanos.get();
    }

    void addSessionNanos(long nanos) {
        sessionNanos.addAndGet(nanos);
    }

    RunOptions options() {
        return options;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            OPEN.remove(this);
            options.close();
        }
    }
}
