package dev.finexl.job;

import dev.finexl.job.ExplainMeter.Outcome;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * Looks after work while it is done: everything that is logged meanwhile carries its id ({@code explanation} or
 * {@code comparison} in the log's context), and how it ended is logged.
 */
final class Attended {

    private static final Logger LOG = Logger.getLogger(Attended.class);

    private Attended() {}

    static <T> T run(String id, JobKind kind, Supplier<T> work) {
        return run(id, kind, work, (_, _) -> {});
    }

    /** @param ended is told how it ended, and what it gave; null if nothing */
    static <T> T run(String id, JobKind kind, Supplier<T> work, BiConsumer<Outcome, T> ended) {
        MDC.put(kind.key(), id);
        long start = System.nanoTime();
        Outcome outcome = Outcome.FAILED;
        T given = null;
        try {
            given = work.get();
            outcome = Outcome.SUCCEEDED;
            return given;
        } catch (CancellationException e) {
            outcome = Outcome.CANCELLED;
            throw e;
        } catch (RuntimeException e) {
            if (JobProblem.of(e).byRequest()) {
                outcome = Outcome.REFUSED;
            } else {
                LOG.errorf(e, "the %s failed", kind.key());
            }
            throw e;
        } finally {
            ended.accept(outcome, given);
            LOG.infof(
                    "%s %s after %.1f s",
                    kind.key(), outcome.name().toLowerCase(Locale.ROOT), (System.nanoTime() - start) / 1e9);
            MDC.remove(kind.key());
        }
    }
}
