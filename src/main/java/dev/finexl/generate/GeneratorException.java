package dev.finexl.generate;

/** A model cannot make pictures, or not the ones that were asked for. The message names the model and the reason. */
public class GeneratorException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public GeneratorException(String message) {
        super(message);
    }

    public GeneratorException(String message, Throwable cause) {
        super(message, cause);
    }
}
