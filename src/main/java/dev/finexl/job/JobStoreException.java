package dev.finexl.job;

/** The database of jobs cannot be used at the moment. */
public final class JobStoreException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    JobStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
