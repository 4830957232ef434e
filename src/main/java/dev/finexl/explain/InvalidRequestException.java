package dev.finexl.explain;

/** A request cannot be answered as it stands. It names the field and says what was expected there. */
public class InvalidRequestException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String field;

    /**
     * @param field as it is called in the request's JSON, e.g. {@code loras[0].model}
     */
    public InvalidRequestException(String field, String message) {
        super(message);
        this.field = field;
    }

    public InvalidRequestException(String field, Throwable cause) {
        super(cause.getMessage(), cause);
        this.field = field;
    }

    /** The request's field that is at fault. */
    public String field() {
        return field;
    }
}
