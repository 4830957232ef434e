package dev.finexl.job;

import dev.finexl.account.Spent;
import dev.finexl.account.Tariff;
import dev.finexl.account.Tenant;
import dev.finexl.account.UsageLine;
import dev.finexl.explain.Cost;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.Explanation;
import dev.finexl.explain.Usage.StageTime;
import dev.finexl.store.ModelJson;
import java.math.BigDecimal;

/** Turns what an explanation says of its cost into a line of the ledger. */
public final class Metering {

    private static final String CPU = "cpu";

    private final Tariff tariff;

    public Metering(Tariff tariff) {
        this.tariff = tariff;
    }

    /** An explanation that has just been made, with its line. */
    public Answer answer(
            Tenant tenant, String id, String requestHash, ExplainRequest request, Explanation explanation) {
        return new Answer(
                ModelJson.written(explanation), line(tenant, id, requestHash, explanation, request.maxCost()));
    }

    /**
     * The line of other work than one explanation, which cannot say beforehand what it costs.
     *
     * @param hash of the request
     * @param wall seconds from its beginning to its end
     * @param sessions seconds of them inside ONNX Runtime
     * @param provider that ONNX Runtime ran on
     */
    public UsageLine line(
            Tenant tenant, String id, String hash, Cost cost, double wall, double sessions, String provider) {
        Spent spent = spent(cost, wall, sessions, provider, cost.images() == 0);
        return new UsageLine(id, tenant, null, hash, spent, tariff.of(spent), tariff.currency());
    }

    private UsageLine line(Tenant tenant, String id, String requestHash, Explanation explanation, BigDecimal maxCost) {
        Spent spent = spent(explanation);
        BigDecimal price = tariff.of(spent);
        return new UsageLine(
                id, tenant, null, requestHash, spent, maxCost == null ? price : price.min(maxCost), tariff.currency());
    }

    private static Spent spent(Explanation explanation) {
        double whole = 0;
        double sessions = 0;
        for (StageTime stage : explanation.usage().stages().values()) {
            whole += stage.wallSeconds();
            sessions += stage.sessionSeconds();
        }
        return spent(
                Cost.of(explanation),
                whole,
                sessions,
                explanation.provenance().provider(),
                explanation.usage().cached());
    }

    /** Whatever ran inside ONNX Runtime ran on its provider; all else, and everything where that is the CPU, on the CPU. */
    private static Spent spent(Cost cost, double wall, double sessions, String provider, boolean cached) {
        double gpu = provider.equals(CPU) ? 0 : sessions;
        return new Spent(cost.images(), cost.denoiserEvaluations(), Math.max(0, wall - gpu), gpu, cached);
    }
}
