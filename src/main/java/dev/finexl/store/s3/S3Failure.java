package dev.finexl.store.s3;

import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelReferenceException;
import java.io.IOException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * What went wrong with object storage, in words for whoever named the place. Exists because the SDK's own messages name
 * request ids, providers of credentials and addresses, which are nobody's business outside, and not what to do.
 */
enum S3Failure {
    NOT_FOUND("there is no such bucket or object"),
    DENIED("access is denied by the object storage; the program's credentials need s3:GetObject and s3:ListBucket,"
            + " and s3:PutObject for results"),
    CHANGED("the object was changed meanwhile"),
    WRONG_REGION("the bucket is in another region; finexl.storage.region says which one is asked"),
    NO_CREDENTIALS(
            "no credentials for object storage were found, or they do not hold; they come from the environment, the"
                    + " profile or the role of the machine, as for every AWS SDK"),
    NO_REGION("no region is known for object storage; set finexl.storage.region"),
    BUSY("the object storage is busy or failing"),
    SILENT("the object storage does not answer"),
    ARCHIVED("the object is archived and has to be restored first"),
    OTHER("the object storage refuses the request");

    private final String words;

    S3Failure(String words) {
        this.words = words;
    }

    /** The end of a sentence that starts with the place. */
    String words() {
        return words;
    }

    /** What to tell whoever named the place: that it is wrong, or that it cannot be had. */
    RuntimeException at(S3Location location, SdkException e) {
        String message = "%s: %s".formatted(location, words);
        return switch (this) {
            case NOT_FOUND, DENIED, WRONG_REGION, NO_CREDENTIALS, NO_REGION -> new ModelReferenceException(message, e);
            case CHANGED, BUSY, SILENT, ARCHIVED, OTHER -> new ModelFileException(message, e);
        };
    }

    static S3Failure of(SdkException e) {
        if (e instanceof AwsServiceException answered) {
            return ofAnswer(answered);
        }
        if (e instanceof ApiCallTimeoutException || e instanceof ApiCallAttemptTimeoutException) {
            return SILENT;
        }
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException) {
                return SILENT;
            }
        }
        String said = String.valueOf(e.getMessage());
        if (said.contains("credentials") || said.contains("Credentials")) {
            return NO_CREDENTIALS;
        }
        return said.contains("region") ? NO_REGION : OTHER;
    }

    private static S3Failure ofAnswer(AwsServiceException e) {
        String code = e.awsErrorDetails() == null
                ? ""
                : String.valueOf(e.awsErrorDetails().errorCode());
        return switch (e.statusCode()) {
            case 401 -> NO_CREDENTIALS;
            case 403 ->
                switch (code) {
                    case "InvalidObjectState" -> ARCHIVED;
                    case "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken" ->
                        NO_CREDENTIALS;
                    default -> DENIED;
                };
            case 404 -> NOT_FOUND;
            case 412 -> CHANGED;
            case 301, 307 -> WRONG_REGION;
            case 400 ->
                switch (code) {
                    case "ExpiredToken", "InvalidToken", "TokenRefreshRequired" -> NO_CREDENTIALS;
                    case "AuthorizationHeaderMalformed", "IllegalLocationConstraintException" -> WRONG_REGION;
                    default -> OTHER;
                };
            case 409, 429, 500, 502, 503, 504 -> BUSY;
            default -> OTHER;
        };
    }
}
