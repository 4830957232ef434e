package dev.finexl.store.s3;

import dev.finexl.store.ModelFileException;

/** An object is not, or not any more, in the state that was asked for. */
final class ObjectChangedException extends ModelFileException {

    private static final long serialVersionUID = 1L;

    ObjectChangedException(S3Location location) {
        super("%s: the object was changed while it was read".formatted(location));
    }
}
