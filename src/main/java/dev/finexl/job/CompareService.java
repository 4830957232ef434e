package dev.finexl.job;

import dev.finexl.account.Tenant;
import dev.finexl.compare.CompareRequest;
import dev.finexl.compare.ModelComparison;
import dev.finexl.explain.ExplainListener;
import dev.finexl.job.trace.Traced;
import dev.finexl.job.trace.Tracing;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.ModelJson;

/**
 * Compares for callers who cannot see the terminal: logged and followed as explanations are, and accounted for as a whole. Thread-safe.
 */
public final class CompareService {

    private static final double NANOS = 1e9;

    private final TenantSpaces spaces;
    private final Metering metering;
    private final Tracing tracing;

    public CompareService(TenantSpaces spaces, Metering metering, Tracing tracing) {
        this.spaces = spaces;
        this.metering = metering;
        this.tracing = tracing;
    }

    /**
     * Compares, and throws what {@link dev.finexl.compare.Comparer#compare} throws.
     *
     * @param tenant for whom
     * @param origin with the id under which it is logged and accounted for
     * @param hash of the request
     * @param scope of this work alone
     */
    public Answer compare(
            Tenant tenant,
            Tracing.Origin origin,
            String hash,
            CompareRequest request,
            ExplainListener listener,
            RunScope scope) {
        String id = origin.id();
        return Attended.run(id, JobKind.COMPARISON, () -> {
            long start = System.nanoTime();
            ModelComparison comparison = tracing.follow(
                    Traced.COMPARISON,
                    origin,
                    listener,
                    traced -> spaces.comparer(tenant).compare(request, traced, scope));
            return new Answer(
                    ModelJson.written(comparison),
                    metering.line(
                            tenant,
                            id,
                            hash,
                            comparison.usage(),
                            (System.nanoTime() - start) / NANOS,
                            scope.sessionNanos() / NANOS,
                            comparison.models().getFirst().provenance().provider()));
        });
    }
}
