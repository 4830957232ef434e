package dev.finexl.job;

import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.Explainer;
import dev.finexl.explain.Explanation;
import dev.finexl.job.ExplainMeter.Outcome;
import dev.finexl.onnx.RunScope;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * Explains for callers who cannot see the terminal: everything that is logged meanwhile carries the explanation's id
 * ({@code explanation} in the log's context), and how it ended is logged and counted. Thread-safe.
 */
public final class ExplainService {

    private static final Logger LOG = Logger.getLogger(ExplainService.class);
    private static final String ID = "explanation";

    private final Explainer explainer;
    private final ExplainMeter meter;

    public ExplainService(Explainer explainer, ExplainMeter meter) {
        this.explainer = explainer;
        this.meter = meter;
    }

    /** The name of a request's explanation by all that it depends on, as {@link Explainer#key} makes it. */
    String key(ExplainRequest request, Map<String, Path> folders) {
        return explainer.withFolders(folders).key(request);
    }

    /**
     * Explains, and throws what {@link Explainer#explain} throws.
     *
     * @param folders folders of pictures that this request alone may name, by their names
     */
    public Explanation explain(
            String id, ExplainRequest request, Map<String, Path> folders, ExplainListener listener, RunScope scope) {
        MDC.put(ID, id);
        long start = System.nanoTime();
        Outcome outcome = Outcome.FAILED;
        Explanation explanation = null;
        try {
            explanation = explainer.withFolders(folders).explain(request, listener, scope);
            outcome = Outcome.SUCCEEDED;
            return explanation;
        } catch (CancellationException e) {
            outcome = Outcome.CANCELLED;
            throw e;
        } catch (RuntimeException e) {
            if (JobProblem.of(e).byRequest()) {
                outcome = Outcome.REFUSED;
            } else {
                LOG.error("the explanation failed", e);
            }
            throw e;
        } finally {
            meter.ended(outcome, explanation);
            LOG.infof(
                    "explanation %s after %.1f s",
                    outcome.name().toLowerCase(Locale.ROOT), (System.nanoTime() - start) / 1e9);
            MDC.remove(ID);
        }
    }
}
