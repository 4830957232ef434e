package dev.finexl.store.s3;

/**
 * One state of an object in object storage.
 *
 * @param location where it is
 * @param etag what the storage calls this state; another content has another one
 * @param size in bytes
 */
record S3Object(S3Location location, String etag, long size) {

    S3Object {
        if (etag == null || size < 0) {
            throw new IllegalArgumentException("%s: an object has an ETag and a size of 0 or more".formatted(location));
        }
    }
}
