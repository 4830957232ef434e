package dev.finexl.store.sql;

import java.sql.SQLException;

/** The database of jobs and accounts cannot be used at the moment, or refuses what it was given. */
public final class DatabaseException extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final String UNIQUE_VIOLATION = "23505";

    public DatabaseException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Whether a row was refused because another has its key. */
    public boolean isDuplicate() {
        return getCause() instanceof SQLException cause && UNIQUE_VIOLATION.equals(cause.getSQLState());
    }
}
