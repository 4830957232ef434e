package dev.finexl.store;

/** A store of results cannot be read or written. The message names the place and what is wrong with it. */
public class StorageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public StorageException(String message, Throwable cause) {
        super(message, cause);
    }
}
