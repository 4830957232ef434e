package dev.finexl.job.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.finexl.job.JobProblem;
import dev.finexl.onnx.OnnxException;
import dev.finexl.store.ModelReferenceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Tells failures that come back whenever the same is asked of the same objects from those that are worth another attempt,
 * such as a storage that can't be reached or want of memory. Exists because a message that is refused for good has to be
 * consumed, with a result that says why, and one that met bad weather has to come again.
 */
final class InputFault {

    private static final int NOT_FOUND = 404;
    private static final int PRECONDITION_FAILED = 412;

    private InputFault() {}

    /** What to say of a failure that comes back; empty for one that may not. */
    static Optional<JobProblem> of(RuntimeException failure) {
        if (isOfStorage(failure)) {
            return Optional.empty();
        }
        return switch (failure) {
            case ModelReferenceException e -> Optional.of(JobProblem.unusable(e));
            case OnnxException e when !e.isLasting() -> Optional.empty();
            default -> Optional.of(JobProblem.of(failure)).filter(JobProblem::byRequest);
        };
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
}
