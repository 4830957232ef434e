package dev.finexl.store.s3;

import dev.finexl.store.ModelFileException;

/**
 * One state of an object in object storage.
 *
 * @param location where it is
 * @param etag what the storage calls this state; another content has another one
 * @param size in bytes
 */
record S3Object(S3Location location, String etag, long size) {

    /** @throws ModelFileException if the storage does not tell, without which no state can be told from another */
    static S3Object of(S3Location location, String etag, Long size) {
        if (etag == null || size == null || size < 0) {
            throw new ModelFileException("%s: the object storage tells no ETag or no size".formatted(location));
        }
        return new S3Object(location, etag, size);
    }
}
