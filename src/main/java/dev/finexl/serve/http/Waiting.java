package dev.finexl.serve.http;

import dev.finexl.account.Ledger;
import dev.finexl.account.Quotas;
import dev.finexl.account.Tenant;
import dev.finexl.explain.Cost;
import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.job.Answer;
import dev.finexl.job.CompareService;
import dev.finexl.job.ExplainGate;
import dev.finexl.job.ExplainService;
import dev.finexl.job.Job;
import dev.finexl.job.JobQueue;
import dev.finexl.job.JobTask;
import dev.finexl.job.Metering;
import dev.finexl.job.trace.Tracing;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.ModelJson;
import dev.finexl.store.Sha256;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Explains and compares for callers who wait for the answer, as long as they do: one who hangs up gives his turn to the next. */
@Singleton
class Waiting {

    /** As long as anybody would wait for an explanation that somebody else has asked for with the same key. */
    private static final Duration LONGEST = Duration.ofHours(1);

    private static final double NANOS = 1e9;

    private final Callers callers;
    private final ExplainService explaining;
    private final CompareService comparing;
    private final JobQueue queue;
    private final Quotas quotas;
    private final ExplainGate gate;
    private final Metering metering;
    private final Ledger ledger;
    private final OnnxRuntime runtime;

    Waiting(
            Callers callers,
            ExplainService explaining,
            CompareService comparing,
            JobQueue queue,
            Quotas quotas,
            ExplainGate gate,
            Metering metering,
            Ledger ledger,
            OnnxRuntime runtime) {
        this.callers = callers;
        this.explaining = explaining;
        this.comparing = comparing;
        this.queue = queue;
        this.quotas = quotas;
        this.gate = gate;
        this.metering = metering;
        this.ledger = ledger;
        this.runtime = runtime;
    }

    /** The job that an idempotency key belongs to has no result. */
    static final class NoResultException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        NoResultException(Job job) {
            super("the %s that this key belongs to, %s, is %s and has no result"
                    .formatted(job.kind().key(), Jobs.address(job), job.state().key()));
        }
    }

    /**
     * Explains or compares in the caller's turn, and throws what {@link ExplainService#explain} or {@link CompareService#compare}
     * throws. What is answered can be had again as a job that has ended.
     *
     * @param key by which a request that is sent again is known; null for none
     * @throws dev.finexl.account.QuotaExceededException if the tenant has asked for all that he may
     * @throws ExplainGate.FullException if too many wait already
     * @throws JobQueue.KeyReusedException if the key came with another request
     */
    Response answer(JobTask task, String key) {
        Tenant tenant = callers.tenant();
        String bare = IdempotencyKey.checked(key);
        Optional<Job> earlier = queue.earlier(tenant, task, bare);
        return answer(earlier.isPresent() ? ended(tenant, earlier.get()) : workNow(tenant, task, bare));
    }

    /**
     * Tells in the caller's turn, since models are opened for it, what an explanation would take and cost.
     *
     * @throws dev.finexl.account.QuotaExceededException if the tenant has asked for all that he may
     * @throws ExplainGate.FullException if too many wait already
     */
    Response estimate(ExplainRequest request) {
        Tenant tenant = callers.tenant();
        quotas.admit(tenant);
        try (RunScope scope = new RunScope();
                ExplainGate.Place place = gate.enter(scope::cancel)) {
            callers.client().whenGone(place::leave);
            place.await();
            return Response.ok(explaining.estimate(tenant, request, scope)).build();
        }
    }

    /**
     * Does other work than that of a job in the caller's turn, and accounts for it.
     *
     * @param origin with the id under which it is accounted for
     * @param request as it was sent
     * @param work is stopped through its scope when the caller hangs up
     * @param cost of what it gave
     * @throws dev.finexl.account.QuotaExceededException if the tenant has asked for all that he may
     * @throws ExplainGate.FullException if too many wait already
     */
    <T> T inTurn(Tracing.Origin origin, Object request, Function<RunScope, T> work, Function<T, Cost> cost) {
        return inTurn(scope -> {
            long start = System.nanoTime();
            T done = work.apply(scope);
            ledger.add(metering.line(
                    callers.tenant(),
                    origin.id(),
                    Sha256.of(ModelJson.written(request)),
                    cost.apply(done),
                    (System.nanoTime() - start) / NANOS,
                    scope.sessionNanos() / NANOS,
                    runtime.providerName()));
            return done;
        });
    }

    private <T> T inTurn(Function<RunScope, T> work) {
        Tenant tenant = callers.tenant();
        quotas.admit(tenant);
        try (Quotas.Waiter _ = quotas.enter(tenant, queue.unfinished(tenant));
                RunScope scope = new RunScope();
                ExplainGate.Place place = gate.enter(scope::cancel)) {
            callers.client().whenGone(place::leave);
            place.await();
            return work.apply(scope);
        }
    }

    private Job workNow(Tenant tenant, JobTask task, String key) {
        Tracing.Origin origin = callers.origin();
        String id = origin.id();
        return inTurn(scope -> {
            Instant began = Instant.now();
            Answer answer = switch (task) {
                case JobTask.Explain(var request) ->
                    metering.answer(
                            tenant,
                            id,
                            task.hash(),
                            request,
                            explaining.explain(tenant, origin, request, Map.of(), ExplainListener.NONE, scope));
                case JobTask.Compare(var request) ->
                    comparing.compare(tenant, origin, task.hash(), request, ExplainListener.NONE, scope);
            };
            return queue.keep(tenant, id, task, key, began, answer);
        });
    }

    private Job ended(Tenant tenant, Job earlier) {
        return queue.await(tenant, earlier.id(), LONGEST, job -> job.state().ended(), callers.client()::isGone)
                .orElse(earlier);
    }

    private static Response answer(Job job) {
        if (job.result() == null) {
            throw new NoResultException(job);
        }
        return Response.ok(job.result(), MediaType.APPLICATION_JSON_TYPE)
                .contentLocation(Jobs.address(job))
                .build();
    }
}
