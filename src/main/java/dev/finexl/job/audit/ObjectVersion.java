package dev.finexl.job.audit;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * One state of one object in storage: what an event is about, and what an audit reads, whatever has been uploaded under
 * the same key since.
 *
 * @param bucket name of the bucket
 * @param key of the object, decoded, 1 to 1024 bytes of UTF-8
 * @param versionId of the object; null where the bucket keeps no versions
 * @param etag of the object, without quotes; null only if there is a version
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ObjectVersion(String bucket, String key, String versionId, String etag) {

    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{1,1024}");
    private static final int LONGEST_KEY = 1024;

    /** @throws IllegalArgumentException that names the part which no object can have */
    public ObjectVersion {
        if (bucket == null || !BUCKET.matcher(bucket).matches()) {
            throw new IllegalArgumentException("bucket: expected the name of a bucket");
        }
        if (key == null || key.isEmpty() || key.getBytes(StandardCharsets.UTF_8).length > LONGEST_KEY) {
            throw new IllegalArgumentException("object.key: expected 1 to %d bytes".formatted(LONGEST_KEY));
        }
        if (key.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("object.key: a control character in a key");
        }
        // What a bucket with suspended versioning writes is called "null" and is overwritten: its ETag tells its states
        // apart.
        versionId = "null".equals(versionId) || "".equals(versionId) ? null : versionId;
        etag = etag == null || etag.isEmpty() ? null : etag.replace("\"", "");
        if (versionId == null && etag == null) {
            throw new IllegalArgumentException("object: expected a version id or an ETag");
        }
        requireToken("object.versionId", versionId);
        requireToken("object.eTag", etag);
    }

    private static void requireToken(String name, String value) {
        if (value != null && !TOKEN.matcher(value).matches()) {
            throw new IllegalArgumentException(name + ": expected 1 to 1024 printable ASCII characters");
        }
    }

    /** The version id, or else the ETag. */
    public String version() {
        return versionId != null ? versionId : etag;
    }
}
