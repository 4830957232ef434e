package dev.finexl.store;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where results are kept, by a key that is derived from what was asked, so that the same request has one result.
 *
 * <p>A key is made of parts with {@code /} between them; each has 1 to 200 letters, digits, full stops, hyphens and
 * underscores, and does not begin with a full stop. A key has at most {@value #LONGEST_KEY} characters. What is not a key
 * is refused with {@link IllegalArgumentException}. A result is there whole or not at all. Thread-safe, also across
 * processes.
 */
public interface ResultStore {

    /** The most characters of a key. */
    int LONGEST_KEY = 700;

    /** The largest result that is read, in bytes. */
    int LARGEST = 64 << 20;

    /** A key, see above. */
    Pattern KEY = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,199})*");

    /**
     * Reads a result.
     *
     * @return its bytes; empty if there is none
     * @throws StorageException if the store cannot be read, or the result is larger than {@link #LARGEST}
     */
    Optional<byte[]> get(String key);

    /**
     * Keeps a result, in place of one that may be there.
     *
     * @param contentType media type of the bytes, e.g. {@code application/json}
     * @throws StorageException if it cannot be written; nothing is left behind then
     */
    void put(String key, byte[] body, String contentType);

    /**
     * Keeps a result if there is none yet. Of several callers at once, in whatever processes, one succeeds.
     *
     * @param contentType media type of the bytes, e.g. {@code application/json}
     * @return whether it was kept
     * @throws StorageException if it cannot be written; nothing is left behind then
     */
    boolean putIfAbsent(String key, byte[] body, String contentType);

    /**
     * Removes a result, if there is one.
     *
     * @throws StorageException if it cannot be removed
     */
    void delete(String key);

    /**
     * Part of this store, in which every key stands for one that begins with the prefix.
     *
     * @param prefix parts of a key, each with a slash behind it
     */
    default ResultStore below(String prefix) {
        return prefix.isEmpty() ? this : new ResultsBelow(this, prefix);
    }

    /** Where a result is, or would be, for people: a path or {@code s3://bucket/…}. */
    String describe(String key);

    /**
     * Checks a key.
     *
     * @return the key
     * @throws IllegalArgumentException if it is not one
     */
    static String checked(String key) {
        if (key.length() > LONGEST_KEY || !KEY.matcher(key).matches()) {
            throw new IllegalArgumentException(
                    "'%s' is not the key of a result: expected parts of letters, digits, '.', '-' and '_' with '/' between them"
                            .formatted(key.length() > LONGEST_KEY ? key.substring(0, LONGEST_KEY) + "…" : key));
        }
        return key;
    }
}
