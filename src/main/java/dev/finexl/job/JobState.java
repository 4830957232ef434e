package dev.finexl.job;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How far a job is. */
public enum JobState {
    /** It waits for its turn. */
    QUEUED,
    /** Some process works on it, or did when it was last heard of. */
    RUNNING,
    /** It ended with a result. */
    SUCCEEDED,
    /** It ended with a problem. */
    FAILED,
    /** It was cancelled before it ended. */
    CANCELLED;

    private final String key = name().toLowerCase(Locale.ROOT);

    /** The state's name in JSON and in the database. */
    @JsonValue
    public String key() {
        return key;
    }

    /** Whether nothing about the job will change any more. */
    public boolean ended() {
        return this != QUEUED && this != RUNNING;
    }

    static JobState of(String key) {
        return valueOf(key.toUpperCase(Locale.ROOT));
    }
}
