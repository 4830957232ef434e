package dev.finexl.store.s3;

import java.net.URI;
import java.util.Optional;

/**
 * How object storage is reached. Credentials are found by the SDK's default chain: environment, profile, container or
 * instance role.
 *
 * @param endpoint of a server that is not AWS's own, e.g. MinIO; empty for AWS
 * @param region empty for that of the SDK's default chain
 * @param pathStyle whether the bucket is the first part of the path, not of the host name
 * @param retries further attempts where the storage is busy or does not answer, 0 or more
 */
public record S3Settings(Optional<URI> endpoint, Optional<String> region, boolean pathStyle, int retries) {

    public S3Settings {
        if (retries < 0) {
            throw new IllegalArgumentException("retries is %d; expected 0 or more".formatted(retries));
        }
    }
}
