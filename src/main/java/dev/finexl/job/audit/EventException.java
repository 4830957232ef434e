package dev.finexl.job.audit;

/** An event is not what it looks like. The message names the field and says what was expected there. */
public class EventException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public EventException(String message) {
        super(message);
    }

    public EventException(String message, Throwable cause) {
        super(message, cause);
    }
}
