package dev.finexl.job.audit;

import dev.finexl.store.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/** A SHA-256 of several parts, each with its length in front, so that no two lists of parts are the same bytes. */
final class Digest {

    private static final byte[] ABSENT = {};

    private final MessageDigest digest = Sha256.digest();

    /** @param part null for one that is not there, which is not the same as an empty one */
    Digest add(byte[] part) {
        digest.update(ByteBuffer.allocate(Integer.BYTES)
                .putInt(part == null ? -1 : part.length)
                .flip());
        digest.update(part == null ? ABSENT : part);
        return this;
    }

    /** @param part null for one that is not there */
    Digest add(String part) {
        return add(part == null ? null : part.getBytes(StandardCharsets.UTF_8));
    }

    /** In lower-case hexadecimal; the digest is of no use afterwards. */
    String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
