package dev.finexl.job.trace;

import dev.finexl.explain.ExplainListener;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/** Follows explanations, comparisons and choices while they are made. Thread-safe. */
public interface Tracing extends AutoCloseable {

    /** Follows none. */
    Tracing NONE = new Tracing() {
        @Override
        public <T> T follow(
                Traced<T> kind, Origin origin, ExplainListener listener, Function<ExplainListener, T> work) {
            return work.apply(listener);
        }
    };

    /**
     * Where work comes from.
     *
     * @param id by which it is asked after
     * @param asked when it was asked for; it may have waited since
     * @param parent of what it is a part; empty if nobody has said
     */
    record Origin(String id, Instant asked, Optional<TraceParent> parent) {}

    /**
     * Does the work, and throws what it throws.
     *
     * @param listener who hears how it comes about
     * @param work does it, with the listener that it is given
     */
    <T> T follow(Traced<T> kind, Origin origin, ExplainListener listener, Function<ExplainListener, T> work);

    /** Ends what follows them. */
    @Override
    default void close() {}
}
