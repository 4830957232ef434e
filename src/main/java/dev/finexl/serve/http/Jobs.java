package dev.finexl.serve.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.finexl.job.Job;
import dev.finexl.job.JobKind;
import dev.finexl.job.JobQueue;
import dev.finexl.job.JobTask;
import dev.finexl.job.Upload;
import dev.finexl.store.ModelJson;
import jakarta.inject.Singleton;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * What callers may do with jobs, of whatever kind: ask for one, look how far it is, follow it and give it up. A job is there
 * for its tenant alone, and only among those of its kind; to all others it is as if there were none.
 */
@Singleton
class Jobs {

    static final String WAIT = "wait=SECONDS waits for the result, at most 300 seconds (RFC 7240)";
    static final String LAST_EVENT = "id of the last event that was received";

    /** A cancelled job ends within one evaluation of the denoiser, which on a large model takes its time. */
    private static final Duration CANCELLING = Duration.ofSeconds(2);

    private static final BooleanSupplier NEVER = () -> false;

    private final JobQueue queue;
    private final JobEvents events;
    private final Callers callers;

    Jobs(JobQueue queue, JobEvents events, Callers callers) {
        this.queue = queue;
        this.events = events;
        this.callers = callers;
    }

    /** Where a job is found. */
    static URI address(Job job) {
        return URI.create(switch (job.kind()) {
                    case EXPLANATION -> "/explanations/";
                    case COMPARISON -> "/comparisons/";
                }
                + job.id());
    }

    /**
     * Accepts a task, and waits for its answer if the caller prefers that.
     *
     * @param key by which the same submission is known again; null for none
     * @param upload pictures that came with it; null for none
     */
    Response submit(JobTask task, String key, Upload upload, List<String> prefer) {
        JobQueue.Submission submission =
                queue.submit(callers.tenant(), task, IdempotencyKey.checked(key), upload, callers.parent());
        Job submitted = submission.job();
        Optional<Duration> wait = Preference.wait(prefer);
        ClientGone client = callers.client();
        Job job =
                wait.flatMap(atMost -> await(submitted, atMost, client::isGone)).orElse(submitted);
        if (client.isGone() && key == null && submission.created()) {
            // Nobody has learnt the id, so nobody can ever fetch this.
            queue.cancel(callers.tenant(), job.id());
        }
        URI location = address(job);
        boolean done = job.state().ended() && (wait.isPresent() || !submission.created());
        Response.ResponseBuilder response = done ? Response.ok().contentLocation(location) : Response.accepted();
        return applied(response.location(location), wait)
                .entity(JobDocument.of(job))
                .build();
    }

    /** A job as it stands, or as it stands when the caller does not want to wait any longer. */
    Response status(JobKind kind, String id, List<String> prefer) {
        Job found = find(kind, id);
        Optional<Duration> wait = Preference.wait(prefer);
        ClientGone client = callers.client();
        Job job = wait.flatMap(atMost -> await(found, atMost, client::isGone)).orElse(found);
        return applied(Response.ok(JobDocument.of(job)), wait).build();
    }

    /**
     * Follows a job.
     *
     * @param last id of the last event that the caller has; null for none
     */
    Response events(JobKind kind, String id, String last) {
        Job job = find(kind, id);
        if (JobEvents.isAllTold(job, last)) {
            return Response.noContent().build();
        }
        ClientGone client = callers.client();
        StreamingOutput writing = out -> events.write(job, last, client, out);
        // Proxies that collect an answer before they pass it on would hold back every event.
        return Response.ok(writing)
                .header("Cache-Control", "no-store")
                .header("X-Accel-Buffering", "no")
                .build();
    }

    /** Gives a job up; one that has ended is left as it is. */
    Response cancel(JobKind kind, String id) {
        Job found = find(kind, id);
        queue.cancel(callers.tenant(), id);
        Job job = await(found, CANCELLING, NEVER).orElseThrow(() -> unknown(kind));
        return Response.status(job.state().ended() ? Response.Status.OK : Response.Status.ACCEPTED)
                .entity(JobDocument.of(job))
                .build();
    }

    /**
     * A job of the caller's tenant.
     *
     * @throws NotFoundException if there is none of this kind, or no more
     */
    Job find(JobKind kind, String id) {
        return queue.find(callers.tenant(), id)
                .filter(job -> job.kind() == kind)
                .orElseThrow(() -> unknown(kind));
    }

    /**
     * What a job of the caller's tenant gave.
     *
     * @throws NotFoundException if there is no such job, or it has no result
     */
    <T> T result(JobKind kind, String id, Class<T> type) {
        String json = find(kind, id).result();
        if (json == null) {
            throw unknown(kind);
        }
        try {
            return ModelJson.MAPPER.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("the result of job %s cannot be read".formatted(id), e);
        }
    }

    static NotFoundException unknown(JobKind kind) {
        return new NotFoundException("there is no such %s, or no more".formatted(kind.key()));
    }

    private Optional<Job> await(Job job, Duration atMost, BooleanSupplier over) {
        return queue.await(
                callers.tenant(), job.id(), atMost, now -> now.state().ended(), over);
    }

    private static Response.ResponseBuilder applied(Response.ResponseBuilder response, Optional<Duration> wait) {
        wait.ifPresent(atMost -> response.header("Preference-Applied", "wait=" + atMost.toSeconds()));
        return response;
    }
}
