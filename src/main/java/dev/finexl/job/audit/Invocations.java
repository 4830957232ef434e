package dev.finexl.job.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.explain.Explainer;
import dev.finexl.job.trace.Tracing;
import dev.finexl.store.ResultStore;
import dev.finexl.store.s3.S3Objects;
import jakarta.validation.Validator;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * One function for all that can invoke it: an event in, an answer out.
 *
 * <p>Exists because each kind of caller has its own way to be told of a failure, and a wrong one loses work: a queue wants
 * the ids of the messages to deliver again, a gateway a status, everyone else an error. What is a failure and what is an
 * outcome is {@link Auditor}'s to say.
 */
public final class Invocations {

    private static final Logger LOG = System.getLogger(Invocations.class.getName());
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final Auditor auditor;
    private final CallAnswers calls;

    Invocations(Auditor auditor, CallAnswers calls) {
        this.auditor = auditor;
        this.calls = calls;
    }

    /**
     * All parts from their settings. Nothing is opened before the first event.
     *
     * @param explainer which may read what requests may name
     * @param objects reads what lies beside an upload
     * @param results where results are kept
     * @param records where it is remembered what is done, shared by all workers of one results location
     * @param settings of audits
     * @param validator of requests
     * @param mapper writes explanations
     * @param tracing follows them
     * @throws IllegalArgumentException if the settings' request is none
     */
    public static Invocations of(
            Explainer explainer,
            S3Objects objects,
            ResultStore results,
            IdempotencyStore records,
            AuditSettings settings,
            Validator validator,
            ObjectMapper mapper,
            Tracing tracing) {
        InstantSource clock = InstantSource.system();
        Auditor auditor = new Auditor(
                explainer,
                objects,
                results,
                new RunOnce(records, settings.lease(), clock),
                settings,
                new AuditRequests(settings.request(), validator),
                mapper,
                tracing,
                clock);
        return new Invocations(auditor, new CallAnswers(auditor, mapper, clock));
    }

    /** An invocation did not do all that it was asked for, and should be made again. */
    public static final class FailedException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        FailedException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Does what an event asks for.
     *
     * @param event JSON of one of the kinds in {@link Event}
     * @param deadline when the answer has to be there; {@link Instant#MAX} for no such time
     * @return for a batch {@code {"batchItemFailures": […]}}, for a call the gateway's response, for a request the
     *     explanation, for stored objects {@code {"audits": […], "ignored": […]}}
     * @throws EventException if the event is not of a known shape
     * @throws dev.finexl.explain.InvalidRequestException if a request that came as it is can't be meant as it stands
     * @throws FailedException if some of it has to be done again
     */
    public JsonNode handle(byte[] event, Instant deadline) {
        return switch (EventReader.read(event)) {
            case Event.Stored stored -> audits(stored, deadline);
            case Event.Batch batch -> batch(batch, deadline);
            case Event.Call call -> calls.answer(call, deadline);
            case Event.Explain explain -> explanation(explain, deadline);
        };
    }

    /** All uploads of one event are tried, also if one fails: those that are done are not done again. */
    private ObjectNode audits(Event.Stored stored, Instant deadline) {
        ObjectNode answer = JSON.objectNode();
        ArrayNode audits = answer.putArray("audits");
        ArrayNode ignored = answer.putArray("ignored");
        stored.ignored().forEach(ignored::add);
        List<String> failures = new ArrayList<>();
        Throwable first = null;
        for (ObjectVersion upload : stored.uploads()) {
            String name = "s3://%s/%s".formatted(upload.bucket(), upload.key());
            try {
                switch (auditor.audit(upload, deadline)) {
                    case AuditOutcome.Finished done ->
                        audits.addObject()
                                .put("object", name)
                                .put("version", upload.version())
                                .put("status", done.result().path("status").asText())
                                .put("result", done.place())
                                .put("ran", done.ran());
                    case AuditOutcome.Ignored none -> ignored.add(name + ": " + none.why());
                    case AuditOutcome.Busy busy ->
                        failures.add("%s is being audited by another worker, until %s".formatted(name, busy.until()));
                }
            } catch (RuntimeException | OutOfMemoryError e) {
                failures.add("%s: %s".formatted(name, e.getMessage()));
                first = first == null ? e : first;
            }
        }
        if (!failures.isEmpty()) {
            throw new FailedException(String.join("; ", failures), first);
        }
        return answer;
    }

    private ObjectNode batch(Event.Batch batch, Instant deadline) {
        ObjectNode answer = JSON.objectNode();
        ArrayNode failures = answer.putArray("batchItemFailures");
        for (Event.Message message : batch.messages()) {
            try {
                message(message, deadline);
            } catch (RuntimeException | OutOfMemoryError e) {
                // The queue is told no reason; whoever looks for one looks here.
                LOG.log(Level.WARNING, "message %s is left to the queue: %s".formatted(message.id(), e.getMessage()));
                failures.addObject().put("itemIdentifier", message.id());
            }
        }
        return answer;
    }

    private void message(Event.Message message, Instant deadline) {
        switch (EventReader.read(message.body().getBytes(StandardCharsets.UTF_8))) {
            case Event.Stored stored -> audits(stored, deadline);
            case Event.Explain explain -> {
                if (auditor.answer(explain.request(), true, deadline) instanceof AuditOutcome.Busy busy) {
                    throw new FailedException("another worker is at it, until " + busy.until(), null);
                }
            }
            case Event.Batch _, Event.Call _ ->
                throw new EventException("a message may hold an S3 event, an EventBridge event or a request");
        }
    }

    private JsonNode explanation(Event.Explain explain, Instant deadline) {
        return switch (auditor.answer(explain.request(), false, deadline)) {
            case AuditOutcome.Finished done -> done.result().get("explanation");
            case AuditOutcome.Busy busy ->
                throw new FailedException("the same request is being answered, until " + busy.until(), null);
        };
    }
}
