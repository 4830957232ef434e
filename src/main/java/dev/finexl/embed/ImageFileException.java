package dev.finexl.embed;

/** A file is not a picture that can be read, or a larger one than is accepted. The message names the file. */
public class ImageFileException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param name of the file
     * @param what says what is wrong, as the end of a sentence that starts with the file's name
     */
    public ImageFileException(String name, String what) {
        this(name, what, null);
    }

    public ImageFileException(String name, String what, Throwable cause) {
        super("picture '%s' %s".formatted(name, what), cause);
    }
}
