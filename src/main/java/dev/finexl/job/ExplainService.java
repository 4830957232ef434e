package dev.finexl.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.finexl.account.Tenant;
import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.Explainer;
import dev.finexl.explain.Explanation;
import dev.finexl.job.trace.Traced;
import dev.finexl.job.trace.Tracing;
import dev.finexl.onnx.RunScope;
import dev.finexl.report.HtmlReport;
import dev.finexl.report.PairPictures;
import dev.finexl.store.ModelJson;
import dev.finexl.store.ResultStore;
import dev.finexl.store.StorageException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Explains for callers who cannot see the terminal: everything that is logged meanwhile carries the explanation's id
 * ({@code explanation} in the log's context), and how it ended is logged and counted, and followed by {@link Tracing}. A whole explanation is also kept in
 * the store of results, if there is one, under {@code explanations/HASH.json}, where the hash stands for all that it depends
 * on: the same question asked twice has one result there, that of the first time. Beside it is its report, the same with
 * {@code .html}. A store that cannot be written is a warning;
 * the caller has his answer all the same. Thread-safe.
 */
public final class ExplainService {

    private static final Logger LOG = Logger.getLogger(ExplainService.class);

    private final TenantSpaces spaces;
    private final Budget budget;
    private final ExplainMeter meter;
    private final Tracing tracing;

    public ExplainService(TenantSpaces spaces, Budget budget, ExplainMeter meter, Tracing tracing) {
        this.spaces = spaces;
        this.budget = budget;
        this.meter = meter;
        this.tracing = tracing;
    }

    /** What it would take to explain for a tenant, and what it would cost; throws what {@link Explainer#forecast} throws. */
    public Estimate estimate(Tenant tenant, ExplainRequest request, RunScope scope) {
        return budget.estimate(request, spaces.explainer(tenant), scope);
    }

    /**
     * Explains, and throws what {@link Explainer#explain} throws.
     *
     * @param tenant for whom
     * @param origin with the explanation's id
     * @param folders folders of pictures that this request alone may name, by their names
     */
    public Explanation explain(
            Tenant tenant,
            Tracing.Origin origin,
            ExplainRequest request,
            Map<String, Path> folders,
            ExplainListener listener,
            RunScope scope) {
        return tracing.follow(
                Traced.EXPLANATION,
                origin,
                listener,
                traced -> explain(tenant, origin.id(), request, folders, traced, scope));
    }

    private Explanation explain(
            Tenant tenant,
            String id,
            ExplainRequest request,
            Map<String, Path> folders,
            ExplainListener listener,
            RunScope scope) {
        return Attended.run(
                id, JobKind.EXPLANATION, () -> explain(tenant, request, folders, listener, scope), meter::ended);
    }

    private Explanation explain(
            Tenant tenant,
            ExplainRequest request,
            Map<String, Path> folders,
            ExplainListener listener,
            RunScope scope) {
        Explainer allowed = spaces.explainer(tenant).withFolders(folders);
        ExplainRequest bounded = budget.bounded(request, allowed, scope);
        Explanation explanation = allowed.explain(bounded, listener, scope);
        Optional<ResultStore> results = spaces.results(tenant);
        if (results.isPresent() && explanation.isComplete()) {
            keep(results.get(), allowed.key(bounded), explanation);
        }
        return explanation;
    }

    private static void keep(ResultStore store, String key, Explanation explanation) {
        String json = "explanations/%s.json".formatted(key);
        try {
            if (explanation.usage().cached() && store.get(json).isPresent()) {
                return;
            }
            // Before the JSON, so that whoever has read that finds the report as well.
            store.putIfAbsent(
                    "explanations/%s.html".formatted(key),
                    HtmlReport.render(explanation, PairPictures.NONE),
                    HtmlReport.CONTENT_TYPE);
            store.putIfAbsent(json, ModelJson.MAPPER.writeValueAsBytes(explanation), "application/json");
        } catch (StorageException e) {
            LOG.warnf("the explanation is not in the store of results: %s", e.getMessage());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an explanation that JSON cannot hold", e);
        }
    }
}
