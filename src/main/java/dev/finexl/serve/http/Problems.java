package dev.finexl.serve.http;

import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import dev.finexl.account.ApiKeys;
import dev.finexl.account.IssuerUnavailableException;
import dev.finexl.account.QuotaExceededException;
import dev.finexl.embed.EncoderException;
import dev.finexl.embed.ImageFileException;
import dev.finexl.explain.InvalidRequestException;
import dev.finexl.generate.GeneratorException;
import dev.finexl.job.ExplainGate;
import dev.finexl.job.JobProblem;
import dev.finexl.job.JobQueue;
import dev.finexl.job.UploadRoom;
import dev.finexl.onnx.OnnxException;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.sql.DatabaseException;
import io.quarkiverse.resteasy.problem.HttpProblem;
import io.quarkus.security.ForbiddenException;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.StreamResetException;
import jakarta.ws.rs.core.Response;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jboss.resteasy.reactive.server.core.multipart.MultipartParser;

/** Says every refusal as a problem document (RFC 9457): what was wrong, and in which field. */
class Problems {

    private static final Logger LOG = Logger.getLogger(Problems.class);
    private static final int UNPROCESSABLE = 422;
    /** When whoever finds no room may try again. */
    static final int RETRY_SECONDS = 10;

    @ServerExceptionMapper({
        InvalidRequestException.class,
        ModelFileException.class,
        GeneratorException.class,
        EncoderException.class,
        ImageFileException.class,
        OnnxException.class,
        CancellationException.class
    })
    Response unexplained(RuntimeException e) {
        JobProblem problem = JobProblem.of(e);
        HttpProblem.Builder builder = HttpProblem.builder()
                .withStatus(problem.status())
                .withTitle(problem.title())
                .withDetail(problem.detail());
        if (!problem.violations().isEmpty()) {
            builder.with("violations", problem.violations());
        }
        return builder.build().toResponse();
    }

    /** JSON that has something of another kind where the request has a field; the framework would not say where. */
    @ServerExceptionMapper
    Response mistyped(MismatchedInputException e) {
        String field = e.getPath().isEmpty() ? "body" : path(e.getPath());
        return unexplained(
                new InvalidRequestException(field, "'%s' has to be %s".formatted(field, kind(e.getTargetType()))));
    }

    /** The framework takes it for a failure of its own. */
    @ServerExceptionMapper
    Response malformed(MultipartParser.MalformedMessageException e) {
        return unexplained(new InvalidRequestException("body", "the body is not a readable multipart/form-data"));
    }

    /** What cannot be read of a body that came is the fault of who has sent it; everything else is a failure here. */
    @ServerExceptionMapper
    Response unread(IOException e) {
        boolean ofBody = e instanceof CharConversionException
                || Arrays.stream(e.getStackTrace())
                        .limit(1)
                        .anyMatch(frame -> frame.getClassName().startsWith(MultipartParser.class.getPackageName()));
        if (ofBody) {
            return unexplained(new InvalidRequestException("body", "the body cannot be read: " + e.getMessage()));
        }
        if (leftBehind(e)) {
            LOG.debug("a client was gone before its request had come", e);
            return unexplained(new InvalidRequestException("body", "the body ended before its end"));
        }
        LOG.error("a request failed", e);
        return HttpProblem.builder()
                .withStatus(Response.Status.INTERNAL_SERVER_ERROR)
                .withTitle(Response.Status.INTERNAL_SERVER_ERROR.getReasonPhrase())
                .build()
                .toResponse();
    }

    /** Whoever hangs up in the middle of a request is no failure of ours, and must not be able to fill the log. */
    private static boolean leftBehind(Throwable e) {
        return e != null
                && (e instanceof HttpClosedException
                        || e instanceof StreamResetException
                        || e instanceof ClosedChannelException
                        || leftBehind(e.getCause()));
    }

    /** As the other refusals write it: {@code concepts[0].name}. */
    private static String path(List<JsonMappingException.Reference> references) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference reference : references) {
            if (reference.getFieldName() == null) {
                path.append('[').append(reference.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(reference.getFieldName());
            }
        }
        return path.toString();
    }

    private static String kind(Class<?> type) {
        if (type == String.class) {
            return "a text";
        }
        if (type == Boolean.class) {
            return "true or false";
        }
        if (type == Integer.class || type == Long.class) {
            return "a whole number";
        }
        if (type == Double.class) {
            return "a number";
        }
        return type != null && Collection.class.isAssignableFrom(type) ? "a list" : "an object";
    }

    @ServerExceptionMapper
    Response reused(JobQueue.KeyReusedException e) {
        return HttpProblem.builder()
                .withStatus(UNPROCESSABLE)
                .withTitle("Idempotency key reused")
                .withDetail(e.getMessage())
                .build()
                .toResponse();
    }

    @ServerExceptionMapper
    Response withoutResult(Waiting.NoResultException e) {
        return refused(Response.Status.CONFLICT, e.getMessage());
    }

    @ServerExceptionMapper
    Response full(ExplainGate.FullException e) {
        return comeBack(
                Response.Status.TOO_MANY_REQUESTS,
                "Too many requests",
                e.getMessage(),
                Math.max(RETRY_SECONDS, e.comeBack().toSeconds() + 1));
    }

    @ServerExceptionMapper
    Response exceeded(QuotaExceededException e) {
        long seconds = e.reset() == null
                ? RETRY_SECONDS
                : Math.max(1, Duration.between(Instant.now(), e.reset()).toSeconds() + 1);
        HttpProblem.Builder problem = HttpProblem.builder()
                .withStatus(Response.Status.TOO_MANY_REQUESTS)
                .withTitle("Quota exceeded")
                .withDetail(e.getMessage())
                .with("quota", e.quota())
                .withHeader("Retry-After", seconds);
        if (e.reset() != null) {
            problem.with("reset", e.reset().toString());
        }
        return problem.build().toResponse();
    }

    @ServerExceptionMapper
    Response shut(ExplainGate.ShutException e) {
        return comeBack(Response.Status.SERVICE_UNAVAILABLE, "Shutting down", e.getMessage());
    }

    /** What a database says is for the operator: it names hosts and tables. */
    @ServerExceptionMapper
    Response storeless(DatabaseException e) {
        LOG.warn(e.getMessage());
        return comeBack(
                Response.Status.SERVICE_UNAVAILABLE,
                "No queue",
                "the queue of explanations cannot be used at the moment");
    }

    @ServerExceptionMapper
    Response unchecked(IssuerUnavailableException e) {
        return comeBack(
                Response.Status.SERVICE_UNAVAILABLE,
                Response.Status.SERVICE_UNAVAILABLE.getReasonPhrase(),
                e.getMessage());
    }

    @ServerExceptionMapper
    Response crowded(UploadRoom.FullException e) {
        return comeBack(Response.Status.SERVICE_UNAVAILABLE, "No room for uploads", e.getMessage());
    }

    @ServerExceptionMapper
    Response unknown(ApiKeys.UnknownKeyException e) {
        return refused(Response.Status.NOT_FOUND, e.getMessage());
    }

    /** Said here: what the extension would say of it differs from what {@link AccessPolicy} says. */
    @ServerExceptionMapper
    Response forbidden(ForbiddenException e) {
        return refused(Response.Status.FORBIDDEN, AccessPolicy.FORBIDDEN);
    }

    /** To whoever tries a key or token that is no good. */
    static Response unauthorized() {
        return refused(Response.Status.UNAUTHORIZED, KeyAuthentication.NO_GOOD);
    }

    private static Response refused(Response.Status status, String detail) {
        return HttpProblem.builder()
                .withStatus(status)
                .withTitle(status.getReasonPhrase())
                .withDetail(detail)
                .build()
                .toResponse();
    }

    private static Response comeBack(Response.Status status, String title, String detail) {
        return comeBack(status, title, detail, RETRY_SECONDS);
    }

    private static Response comeBack(Response.Status status, String title, String detail, long seconds) {
        return HttpProblem.builder()
                .withStatus(status)
                .withTitle(title)
                .withDetail(detail)
                .withHeader("Retry-After", seconds)
                .build()
                .toResponse();
    }
}
