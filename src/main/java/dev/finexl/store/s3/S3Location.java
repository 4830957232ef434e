package dev.finexl.store.s3;

import dev.finexl.store.ModelReferenceException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * A place in object storage, {@code s3://bucket/key}: an object, or the folder of all objects below {@code key/}. Exists
 * because keys are hostile: S3 itself takes {@code a/../b}, empty parts and control characters for ordinary names, which
 * as files, or compared with an allow-list, would be something else.
 *
 * @param bucket name of the bucket
 * @param key of the object, or of the folder without a slash at its end; empty for the whole bucket
 */
public record S3Location(String bucket, String key) {

    /** How references to object storage begin. */
    public static final String SCHEME = "s3://";

    /** In UTF-8, as S3 has it. */
    private static final int LONGEST_KEY = 1024;

    /** What file systems allow for one name. */
    private static final int LONGEST_PART = 255;

    private static final Pattern BUCKET = Pattern.compile("[a-z0-9](?!.*\\.\\.)[a-z0-9.-]{1,61}[a-z0-9]");

    /** @throws ModelReferenceException if the bucket or the key is not one that is accepted */
    public S3Location {
        if (!BUCKET.matcher(bucket).matches()) {
            throw refused(bucket, key, "a bucket has 3 to 63 lower-case letters, digits, hyphens and full stops");
        }
        if (key.getBytes(StandardCharsets.UTF_8).length > LONGEST_KEY) {
            throw refused(bucket, "…", "a key has at most %d bytes".formatted(LONGEST_KEY));
        }
        if (!key.isEmpty() && !isAccepted(key)) {
            throw refused(
                    bucket, key, "a key has no empty part, no '.' or '..', no backslash and no control character");
        }
    }

    /** Whether a reference is meant to lead to object storage. */
    public static boolean isMeant(String reference) {
        return reference.startsWith(SCHEME);
    }

    /**
     * Reads {@code s3://bucket}, {@code s3://bucket/key} or either with a slash at its end, which means the same.
     *
     * @throws ModelReferenceException if it is none of them, or its key is not one that is accepted
     */
    public static S3Location parse(String reference) {
        if (!isMeant(reference)) {
            throw new ModelReferenceException(
                    "'%s' is not in object storage: expected s3://bucket/prefix".formatted(printable(reference)));
        }
        String path = reference.substring(SCHEME.length());
        int slash = path.indexOf('/');
        if (slash < 0) {
            return new S3Location(path, "");
        }
        String key = path.substring(slash + 1);
        return new S3Location(path.substring(0, slash), key.endsWith("/") ? key.substring(0, key.length() - 1) : key);
    }

    /** Whether this is the folder or object {@code other} itself or lies above it, by whole parts of the key. */
    public boolean covers(S3Location other) {
        return bucket.equals(other.bucket)
                && (key.isEmpty() || other.key.equals(key) || other.key.startsWith(key + "/"));
    }

    /**
     * A place below this one.
     *
     * @param name relative, with {@code /} between parts
     * @throws ModelReferenceException if the name is not one that is accepted
     */
    public S3Location child(String name) {
        if (name.isEmpty()) {
            throw refused(bucket, key + "/", "a name is expected at its end");
        }
        return new S3Location(bucket, prefix() + name);
    }

    /** What the keys of all objects in this folder begin with; empty for a whole bucket. */
    public String prefix() {
        return key.isEmpty() ? "" : key + "/";
    }

    /** The last part of the key. */
    public String name() {
        return key.substring(key.lastIndexOf('/') + 1);
    }

    /** As a reference, {@code s3://bucket/key}. */
    @Override
    public String toString() {
        return SCHEME + bucket + (key.isEmpty() ? "" : "/" + key);
    }

    /** Whether a key, or a name below one, can also be a path of files. */
    static boolean isAccepted(String key) {
        // The limit -1 keeps trailing empty parts, so that "folder//" is refused like "a//b" and "/a".
        for (String part : key.split("/", -1)) {
            if (part.isEmpty()
                    || part.equals(".")
                    || part.equals("..")
                    || part.getBytes(StandardCharsets.UTF_8).length > LONGEST_PART) {
                return false;
            }
        }
        return key.chars().noneMatch(c -> c == '\\' || Character.isISOControl(c));
    }

    private static ModelReferenceException refused(String bucket, String key, String rule) {
        return new ModelReferenceException(
                "'%s' is refused: %s".formatted(printable(SCHEME + bucket + "/" + key), rule));
    }

    /** A key may hold what a terminal obeys. */
    static String printable(String text) {
        return text.codePoints()
                .map(c -> Character.isISOControl(c) ? '\uFFFD' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
