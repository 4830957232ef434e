package dev.finexl.store.s3;

import java.util.List;
import java.util.stream.Stream;

/**
 * The places in object storage that may be read. Exists because whoever may send a request could otherwise read all that
 * the program's own credentials can.
 *
 * @param locations folders or objects, each with all that lies below it; none allows nothing
 */
public record S3AllowList(List<S3Location> locations) {

    public S3AllowList {
        locations = List.copyOf(locations);
    }

    /**
     * @param references of the form {@code s3://bucket/prefix}
     * @throws dev.finexl.store.ModelReferenceException if one of them is not of this form
     */
    public static S3AllowList parse(List<String> references) {
        return new S3AllowList(references.stream().map(S3Location::parse).toList());
    }

    /** Whether a place may be read. Parts of keys count whole: {@code b/models} does not allow {@code b/models-2}. */
    public boolean allows(S3Location location) {
        return locations.stream().anyMatch(allowed -> allowed.covers(location));
    }

    /** This list with more places. */
    public S3AllowList with(List<S3Location> more) {
        return new S3AllowList(Stream.concat(locations.stream(), more.stream()).toList());
    }
}
