package dev.finexl.store;

/** A file of a model is missing, unreadable or not what it should be. The message names the model and the file. */
public class ModelFileException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param what says what is wrong, as the end of a sentence that starts with the file's name, e.g. "is truncated"
     */
    public ModelFileException(ModelFiles model, String name, String what) {
        this(model, name, what, null);
    }

    public ModelFileException(ModelFiles model, String name, String what, Throwable cause) {
        this("%s: file '%s' %s".formatted(model.reference(), name, what), cause);
    }

    public ModelFileException(String message) {
        this(message, null);
    }

    public ModelFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
