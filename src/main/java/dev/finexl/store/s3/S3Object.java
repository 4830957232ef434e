package dev.finexl.store.s3;

import dev.finexl.store.ModelFileException;

/**
 * One state of an object in object storage.
 *
 * @param location where it is
 * @param versionId of the state where an older one may be meant; null for the newest
 * @param etag what the storage calls this state; another content has another one
 * @param size in bytes
 */
record S3Object(S3Location location, String versionId, String etag, long size) {

    /** More than storage takes, and so little that the sizes of all objects of a model can be added up. */
    private static final long LARGEST = 1L << 46;

    /** @throws ModelFileException if the storage does not tell, without which no state can be told from another */
    static S3Object of(S3Location location, String versionId, String etag, Long size) {
        if (etag == null || size == null || size < 0 || size > LARGEST) {
            throw new ModelFileException(
                    "%s: the object storage tells ETag %s and size %s; expected an ETag and at most %d bytes"
                            .formatted(location, etag, size, LARGEST));
        }
        return new S3Object(location, versionId, etag, size);
    }
}
