package dev.finexl.generate.scheduler;

/**
 * A scheduler cannot be made as asked, or cannot make the steps asked for. The message names the file, the option and its
 * value, and says what is accepted.
 */
public class SchedulerException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    public SchedulerException(String message) {
        super(message);
    }
}
