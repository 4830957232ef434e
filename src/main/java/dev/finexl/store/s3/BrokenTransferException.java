package dev.finexl.store.s3;

import java.io.IOException;

/** What came from object storage is not what it said would come. Another attempt may do better. */
final class BrokenTransferException extends IOException {

    private static final long serialVersionUID = 1L;

    BrokenTransferException(String message) {
        super(message);
    }

    BrokenTransferException(String message, Throwable cause) {
        super(message, cause);
    }
}
