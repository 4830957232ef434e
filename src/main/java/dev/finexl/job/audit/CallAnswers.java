package dev.finexl.job.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.job.JobProblem;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** Answers calls over HTTP the way an API Gateway and a function URL want it: every failure is a response, none an error. */
final class CallAnswers {

    private static final Logger LOG = System.getLogger(CallAnswers.class.getName());
    private static final String EXPLAIN = "/explain";
    private static final String PROBLEM = "application/problem+json";

    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final int WRONG_METHOD = 405;
    private static final int CONFLICT = 409;
    private static final int UNAVAILABLE = 503;
    private static final int TIMEOUT = 504;

    private final Auditor auditor;
    private final ObjectMapper mapper;
    private final InstantSource clock;

    CallAnswers(Auditor auditor, ObjectMapper mapper, InstantSource clock) {
        this.auditor = auditor;
        this.mapper = mapper;
        this.clock = clock;
    }

    /** The gateway's response: {@code statusCode}, {@code headers} and {@code body}. */
    ObjectNode answer(Event.Call call, Instant deadline) {
        if (!call.path().equals(EXPLAIN)) {
            return problem(new JobProblem(NOT_FOUND, "Not found", "nothing is at this path but POST /explain"));
        }
        if (!call.method().equals("POST")) {
            return with(
                    problem(new JobProblem(WRONG_METHOD, "Method not allowed", "expected POST, not " + call.method())),
                    "allow",
                    "POST");
        }
        try {
            return explain(call, deadline);
        } catch (EventException e) {
            return problem(new JobProblem(BAD_REQUEST, "Invalid request", e.getMessage()));
        } catch (CancellationException e) {
            return problem(new JobProblem(
                    TIMEOUT, "Out of time", "the time was up before anything was certain; ask for fewer images"));
        } catch (RuntimeException | OutOfMemoryError e) {
            Optional<JobProblem> fault =
                    e instanceof RuntimeException failure ? InputFault.of(failure) : Optional.empty();
            if (fault.isPresent()) {
                return problem(fault.get());
            }
            LOG.log(Level.ERROR, "a call failed", e);
            return problem(
                    new JobProblem(UNAVAILABLE, "Unavailable", "the explanation could not be made now; come back"));
        }
    }

    private ObjectNode explain(Event.Call call, Instant deadline) {
        if (call.body() == null || !(EventReader.read(call.body()) instanceof Event.Explain request)) {
            throw new EventException("body: expected a request for an explanation");
        }
        return switch (auditor.answer(request.request(), false, deadline)) {
            case AuditOutcome.Finished done ->
                response(OK, "application/json", done.result().get("explanation"));
            case AuditOutcome.Busy busy ->
                with(
                        problem(new JobProblem(
                                CONFLICT, "In progress", "the same request is being answered; come back")),
                        "retry-after",
                        Long.toString(Math.max(
                                1,
                                Duration.between(clock.instant(), busy.until()).toSeconds())));
        };
    }

    private ObjectNode problem(JobProblem problem) {
        return response(problem.status(), PROBLEM, mapper.valueToTree(problem));
    }

    private ObjectNode response(int status, String type, JsonNode body) {
        ObjectNode response = JsonNodeFactory.instance.objectNode().put("statusCode", status);
        response.putObject("headers").put("content-type", type);
        try {
            response.put("body", mapper.writeValueAsString(body));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of JSON can always be written", e);
        }
        return response.put("isBase64Encoded", false);
    }

    private static ObjectNode with(ObjectNode response, String header, String value) {
        ((ObjectNode) response.get("headers")).put(header, value);
        return response;
    }
}
