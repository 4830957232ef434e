package dev.finexl.store;

/** A reference leads to no model, or to where none may be read. The message repeats the reference. */
public class ModelReferenceException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ModelReferenceException(String message) {
        super(message);
    }

    public ModelReferenceException(String message, Throwable cause) {
        super(message, cause);
    }
}
