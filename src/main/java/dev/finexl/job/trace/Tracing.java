package dev.finexl.job.trace;

import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.Explanation;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/** Follows explanations while they are made. Thread-safe. */
@FunctionalInterface
public interface Tracing extends AutoCloseable {

    /** Follows none. */
    Tracing NONE = (origin, listener, work) -> work.apply(listener);

    /**
     * Where an explanation comes from.
     *
     * @param id by which it is asked after
     * @param asked when it was asked for; it may have waited since
     * @param parent of what it is a part; empty if nobody has said
     */
    record Origin(String id, Instant asked, Optional<TraceParent> parent) {}

    /**
     * Does the work, and throws what it throws.
     *
     * @param listener who hears of the explanation
     * @param work makes the explanation, with the listener that it is given
     */
    Explanation explain(Origin origin, ExplainListener listener, Function<ExplainListener, Explanation> work);

    /** Ends what follows them. */
    @Override
    default void close() {}
}
