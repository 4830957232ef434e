package dev.finexl.account;

import java.time.Duration;

/**
 * Whether callers need a key. Thread-safe.
 *
 * <p>By default they do where tokens are taken, or as soon as there has ever been a key, and stay so when the last one is revoked: a service that has been
 * closed does not open by itself. What was found out is asked for again after {@link #STALE}, since a key may be made by
 * another process.
 */
public final class Access {

    /** For how long a service goes on without keys after another process has made the first. */
    public static final Duration STALE = Duration.ofSeconds(5);

    private final Mode mode;
    private final ApiKeys keys;
    private volatile boolean closed;
    private volatile long asked = System.nanoTime() - STALE.toNanos();

    /** The setting. */
    public enum Mode {
        /** As soon as there has been a key, or an issuer of tokens is configured. */
        AUTO,
        /** Always. */
        KEYS,
        /** Never: whatever is in front of the service asks whom it lets through. A key that is sent counts all the same. */
        OPEN
    }

    /**
     * @param tokens whether there are tokens besides keys; then nobody is let in without either
     * @throws IllegalArgumentException if the service is to be open and to take tokens
     */
    public Access(Mode mode, boolean tokens, ApiKeys keys) {
        if (tokens && mode == Mode.OPEN) {
            throw new IllegalArgumentException(
                    "finexl.access=open lets in whoever comes, and finexl.oidc.issuer whoever has"
                            + " a token: expected one of the two");
        }
        this.mode = mode;
        this.keys = keys;
        this.closed = tokens || mode == Mode.KEYS;
    }

    /** The setting that this goes by. */
    public Mode mode() {
        return mode;
    }

    /** Whether {@link #needsKey} has to look into the database. */
    public boolean isKnown() {
        return closed || mode != Mode.AUTO || System.nanoTime() - asked < STALE.toNanos();
    }

    /**
     * Whether a caller needs a key.
     *
     * @throws dev.finexl.store.sql.DatabaseException if that is in the database, which cannot be used
     */
    public boolean needsKey() {
        if (!isKnown()) {
            closed = keys.any();
            asked = System.nanoTime();
        }
        return closed;
    }
}
