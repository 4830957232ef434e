package dev.finexl.job;

import java.util.Arrays;

/** What kind of answer a job gives. */
public enum JobKind {
    /** What one personalisation changed. */
    EXPLANATION("explanation"),
    /** What several have in common, and in what they differ. */
    COMPARISON("comparison");

    private final String key;

    JobKind(String key) {
        this.key = key;
    }

    /** The kind's name in the database, and in a sentence. */
    public String key() {
        return key;
    }

    static JobKind of(String key) {
        return Arrays.stream(values())
                .filter(kind -> kind.key.equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'%s' is no kind of job".formatted(key)));
    }
}
