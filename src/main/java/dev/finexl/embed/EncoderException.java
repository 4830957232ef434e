package dev.finexl.embed;

/** An encoder cannot be used. The message names the model, what was found and what was expected. */
public class EncoderException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public EncoderException(String message) {
        super(message);
    }
}
