package dev.finexl.job;

import dev.finexl.account.Tenant;
import dev.finexl.compare.CompareRequest;
import dev.finexl.compare.ModelComparison;
import dev.finexl.explain.ExplainListener;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.ModelJson;

/**
 * Compares for callers who cannot see the terminal: logged as explanations are, and accounted for as a whole. Thread-safe.
 */
public final class CompareService {

    private static final double NANOS = 1e9;

    private final TenantSpaces spaces;
    private final Metering metering;

    public CompareService(TenantSpaces spaces, Metering metering) {
        this.spaces = spaces;
        this.metering = metering;
    }

    /**
     * Compares, and throws what {@link dev.finexl.compare.Comparer#compare} throws.
     *
     * @param tenant for whom
     * @param id under which it is logged and accounted for
     * @param hash of the request
     * @param scope of this work alone
     */
    public Answer compare(
            Tenant tenant, String id, String hash, CompareRequest request, ExplainListener listener, RunScope scope) {
        return Attended.run(id, JobKind.COMPARISON, () -> {
            long start = System.nanoTime();
            ModelComparison comparison = spaces.comparer(tenant).compare(request, listener, scope);
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
