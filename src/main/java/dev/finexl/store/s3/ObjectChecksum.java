package dev.finexl.store.s3;

import dev.finexl.store.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.Checksum;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/**
 * What object storage says that the content of an object sums up to. Of an object that was uploaded in parts it may know only
 * a checksum of the parts' checksums, which says nothing to who does not know the parts; that counts as none.
 *
 * @param algorithm by which it was computed
 * @param value in lower-case hexadecimal
 */
record ObjectChecksum(Algorithm algorithm, String value) {

    /** The algorithms of S3 that are known here, the strongest first. */
    enum Algorithm {
        SHA_256("SHA-256", null),
        CRC_64_NVME("CRC-64/NVME", Crc64Nvme::new),
        CRC_32C("CRC-32C", CRC32C::new),
        CRC_32("CRC-32", CRC32::new);

        private final String label;
        private final Supplier<Checksum> sum;

        Algorithm(String label, Supplier<Checksum> sum) {
            this.label = label;
            this.sum = sum;
        }
    }

    /** The strongest checksum that an object has; empty if it has none of its whole content. */
    static Optional<ObjectChecksum> of(HeadObjectResponse head) {
        if (head.checksumType() == ChecksumType.COMPOSITE) {
            return Optional.empty();
        }
        for (Algorithm algorithm : Algorithm.values()) {
            String value = switch (algorithm) {
                case SHA_256 -> head.checksumSHA256();
                case CRC_64_NVME -> head.checksumCRC64NVME();
                case CRC_32C -> head.checksumCRC32C();
                case CRC_32 -> head.checksumCRC32();
            };
            // Before it told the types, S3 marked checksums of checksums by "-" and the number of parts.
            if (value != null && value.indexOf('-') < 0) {
                return Optional.of(new ObjectChecksum(
                        algorithm, HexFormat.of().formatHex(Base64.getDecoder().decode(value))));
            }
        }
        return Optional.empty();
    }

    /**
     * Reads a file once, compares it with what the object should sum up to, and hashes it.
     *
     * @param expected what the object sums up to, if that is known
     * @return the SHA-256 of the file
     * @throws BrokenTransferException if the file is not the object's content
     */
    static String verified(Path file, Optional<ObjectChecksum> expected) throws IOException {
        Checksum sum = expected.map(e -> e.algorithm.sum).map(Supplier::get).orElse(null);
        String sha256;
        try (InputStream bytes = Files.newInputStream(file);
                InputStream in = sum == null ? bytes : new CheckedInputStream(bytes, sum)) {
            sha256 = Sha256.of(in);
        }
        if (expected.isPresent()) {
            ObjectChecksum object = expected.get();
            String found = sum == null ? sha256 : object.inHexadecimal(sum.getValue());
            if (!found.equals(object.value)) {
                throw new BrokenTransferException(
                        "its %s is %s; expected %s".formatted(object.algorithm.label, found, object.value));
            }
        }
        return sha256;
    }

    /** As long as the object's own value, which is 4 or 8 bytes. */
    private String inHexadecimal(long sum) {
        String all = HexFormat.of().toHexDigits(sum);
        return all.substring(Math.max(0, all.length() - value.length()));
    }
}
