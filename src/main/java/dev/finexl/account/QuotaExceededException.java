package dev.finexl.account;

import java.time.Instant;

/** A tenant has asked for all that he may ask for, for the time being. */
public final class QuotaExceededException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String quota;
    private final transient Instant reset;

    /**
     * @param quota which of {@link Quota}'s
     * @param reset when there is more; null where that depends on what runs
     */
    QuotaExceededException(String quota, String message, Instant reset) {
        super(message);
        this.quota = quota;
        this.reset = reset;
    }

    /** Which of {@link Quota}'s. */
    public String quota() {
        return quota;
    }

    /** When there is more; null where that depends on what runs. */
    public Instant reset() {
        return reset;
    }
}
