package dev.finexl.job.audit;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.finexl.embed.EncoderException;
import dev.finexl.embed.ImageFileException;
import dev.finexl.explain.InvalidRequestException;
import dev.finexl.generate.GeneratorException;
import dev.finexl.onnx.OnnxException;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelReferenceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * A problem document (RFC 9457), as in the answers of the HTTP service.
 *
 * @param status an HTTP status
 * @param title the kind of problem
 * @param detail what is wrong, naming the file, the key or the field
 * @param violations the field at fault, where there is one
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record Problem(int status, String title, String detail, List<Violation> violations) {

    private static final int INVALID = 400;
    private static final int NOT_FOUND = 404;
    private static final int PRECONDITION_FAILED = 412;
    private static final int UNUSABLE = 422;

    /**
     * A field that is not what it should be.
     *
     * @param in where it is
     */
    record Violation(String field, String in, String message) {}

    Problem(int status, String title, String detail) {
        this(status, title, detail, List.of());
    }

    /**
     * What to say of a failure that comes back whenever the same is asked of the same objects. Empty for all others, such
     * as a storage that can't be reached or want of memory: those are worth another attempt.
     */
    static Optional<Problem> ofInput(RuntimeException failure) {
        if (isOfStorage(failure)) {
            return Optional.empty();
        }
        return Optional.ofNullable(
                switch (failure) {
                    case InvalidRequestException e ->
                        new Problem(
                                INVALID,
                                "Invalid request",
                                e.getMessage(),
                                List.of(new Violation(e.field(), "body", e.getMessage())));
                    case ModelFileException _,
                            ModelReferenceException _,
                            GeneratorException _,
                            EncoderException _,
                            ImageFileException _ -> unusable(failure);
                    case OnnxException e when e.isLasting() -> unusable(e);
                    default -> null;
                });
    }

    /**
     * Whether storage is to blame, of this machine or elsewhere, rather than what it holds. An object that is not there, or not
     * in the state that was asked for, will not come back.
     */
    private static boolean isOfStorage(RuntimeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case AwsServiceException answer -> {
                    return answer.statusCode() != NOT_FOUND && answer.statusCode() != PRECONDITION_FAILED;
                }
                case JsonProcessingException _ -> {
                    return false;
                }
                case SdkException _, IOException _, UncheckedIOException _ -> {
                    return true;
                }
                default -> {
                    // What it was caused by may tell.
                }
            }
        }
        return false;
    }

    private static Problem unusable(RuntimeException failure) {
        return new Problem(UNUSABLE, "A model or a picture cannot be used", failure.getMessage());
    }
}
