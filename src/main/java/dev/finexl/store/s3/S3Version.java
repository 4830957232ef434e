package dev.finexl.store.s3;

import dev.finexl.store.ModelReferenceException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One object, and which of its states is meant. Exists because an event tells of one upload, and by the time it is acted upon
 * there may be another under the same key.
 *
 * @param location of the object
 * @param versionId which the storage has given that state; null for the newest, or where no versions are kept
 * @param etag which the state must have; null for any
 */
record S3Version(S3Location location, String versionId, String etag) {

    private static final Pattern SELECTED =
            Pattern.compile("(?<object>.*[.]safetensors)[?](?<by>versionId|etag)=(?<value>[\\x21-\\x7e]+)");

    /**
     * Reads {@code s3://bucket/key}, and for a LoRA also {@code s3://bucket/name.safetensors?versionId=ID} or
     * {@code …?etag=ETAG}. A model directory is many objects, which have no state in common.
     *
     * @throws ModelReferenceException if it is none of them
     */
    static S3Version parse(String reference) {
        Matcher selected = SELECTED.matcher(reference);
        if (!selected.matches()) {
            return new S3Version(S3Location.parse(reference), null, null);
        }
        S3Location location = S3Location.parse(selected.group("object"));
        String value = selected.group("value");
        return selected.group("by").equals("versionId")
                ? new S3Version(location, value, null)
                : new S3Version(location, null, value);
    }

    /**
     * The object as the storage has it, in the state that is meant.
     *
     * @param found ETag of the object, with or without quotes
     * @throws ModelReferenceException if it is in another state
     * @throws dev.finexl.store.ModelFileException if the storage does not tell its state
     */
    S3Object in(String found, Long size) {
        S3Object object = S3Object.of(location, versionId, found, size);
        if (etag != null && !etag.equals(found.replace("\"", ""))) {
            throw new ModelReferenceException(
                    "%s: the object is not in the state that is asked for any more (ETag %s): it has been replaced"
                            .formatted(location, etag));
        }
        return object;
    }

    /** As a reference, the way {@link #parse} reads it. */
    @Override
    public String toString() {
        return versionId != null
                ? location + "?versionId=" + versionId
                : etag != null ? location + "?etag=" + etag : location.toString();
    }
}
