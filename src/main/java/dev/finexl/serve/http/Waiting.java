package dev.finexl.serve.http;

import dev.finexl.account.Tenant;
import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.Explanation;
import dev.finexl.job.ExplainGate;
import dev.finexl.job.ExplainService;
import dev.finexl.job.JobIds;
import dev.finexl.onnx.RunScope;
import jakarta.inject.Singleton;
import java.util.Map;

/** Explains for callers who wait for the answer, as long as they do: one who hangs up gives his turn to the next. */
@Singleton
class Waiting {

    private final Callers callers;
    private final ExplainService service;
    private final ExplainGate gate;

    Waiting(Callers callers, ExplainService service, ExplainGate gate) {
        this.callers = callers;
        this.service = service;
        this.gate = gate;
    }

    /**
     * Explains in the caller's turn, and throws what {@link ExplainService#explain} throws.
     *
     * @throws ExplainGate.FullException if too many wait already
     */
    Explanation explain(ExplainRequest request, ClientGone client) {
        Tenant tenant = callers.tenant();
        try (RunScope scope = new RunScope();
                ExplainGate.Place place = gate.enter(scope::cancel)) {
            client.whenGone(place::leave);
            place.await();
            return service.explain(tenant, JobIds.next(), request, Map.of(), ExplainListener.NONE, scope);
        }
    }
}
