package dev.finexl.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.finexl.embed.EncoderException;
import dev.finexl.embed.ImageFileException;
import dev.finexl.explain.InvalidRequestException;
import dev.finexl.generate.GeneratorException;
import dev.finexl.onnx.OnnxException;
import dev.finexl.store.ModelFileException;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * Why there is no answer, in the terms of a problem document (RFC 9457). Exists so that a request says the same
 * whether its caller waited for the answer or it was a job.
 *
 * @param status as of an HTTP response: 4xx if the request is at fault
 * @param title the kind of problem
 * @param detail what is wrong, for a reader
 * @param violations the fields that are at fault; none if it is not a field
 */
public record JobProblem(
        int status,
        String title,
        String detail,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Violation> violations) {

    private static final int BAD_REQUEST = 400;
    private static final int UNPROCESSABLE = 422;
    private static final int INTERNAL_ERROR = 500;
    private static final int UNAVAILABLE = 503;

    /**
     * A field that is at fault.
     *
     * @param field as it is called in the request's JSON, or the name of an uploaded file
     * @param in which part of the request it is
     * @param message what is wrong with it
     */
    public record Violation(String field, String in, String message) {}

    /** A problem that is not of a field. */
    public JobProblem(int status, String title, String detail) {
        this(status, title, detail, List.of());
    }

    /** What a failure means to who asked. The text of a failure that nobody foresaw stays in the log. */
    public static JobProblem of(Throwable failure) {
        return switch (failure) {
            case InvalidRequestException e ->
                new JobProblem(
                        BAD_REQUEST,
                        "Invalid request",
                        e.getMessage(),
                        List.of(new Violation(e.field(), "body", e.getMessage())));
            case ModelFileException e -> unusable(e);
            case GeneratorException e -> unusable(e);
            case EncoderException e -> unusable(e);
            case ImageFileException e -> unusable(e);
            case OnnxException e -> unusable(e);
            case CancellationException _ ->
                new JobProblem(UNAVAILABLE, "Stopped", "this was stopped before it was done");
            default -> new JobProblem(INTERNAL_ERROR, "Internal error", "this failed; the log says why");
        };
    }

    /** Of a job that was begun several times and never ended. */
    static JobProblem lost(int attempts) {
        return new JobProblem(
                INTERNAL_ERROR,
                "Lost",
                "this was begun %d times, and each time the process that worked on it ended".formatted(attempts));
    }

    /** Whether the request is at fault, and would fail again. */
    public boolean byRequest() {
        return status < INTERNAL_ERROR;
    }

    /** Of a model or a picture that is not what it should be. */
    public static JobProblem unusable(RuntimeException e) {
        return new JobProblem(UNPROCESSABLE, "A model or a picture cannot be used", e.getMessage());
    }
}
