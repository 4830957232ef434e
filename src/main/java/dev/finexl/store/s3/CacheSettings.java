package dev.finexl.store.s3;

import java.nio.file.Path;

/**
 * How the cache on disk works.
 *
 * @param folder of the cache, shared by all processes that name it; made when it is first needed
 * @param budget most bytes of objects in it
 * @param parallel most requests of one download at the same time, 1 to 256
 * @param partSize bytes of one request, 64 KiB or more
 * @param retries further attempts where a part of an object does not arrive whole, 0 or more
 */
public record CacheSettings(Path folder, long budget, int parallel, long partSize, int retries) {

    private static final int MOST_PARALLEL = 256;
    private static final long SMALLEST_PART = 1 << 16;

    public CacheSettings {
        if (budget < 0 || parallel < 1 || parallel > MOST_PARALLEL || partSize < SMALLEST_PART || retries < 0) {
            throw new IllegalArgumentException(
                    "budget %d, parallel %d, part size %d, retries %d: expected 0 or more, 1 to %d, %d or more, 0 or more"
                            .formatted(budget, parallel, partSize, retries, MOST_PARALLEL, SMALLEST_PART));
        }
    }
}
