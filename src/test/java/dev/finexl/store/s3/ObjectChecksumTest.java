package dev.finexl.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/** The published check values of the algorithms are those of the digits 1 to 9. */
class ObjectChecksumTest {

    private static final String SHA256 = "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225";

    @TempDir
    private Path temporary;

    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = Files.writeString(temporary.resolve("digits"), "123456789");
    }

    private static String base64(String hexadecimal) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hexadecimal));
    }

    private void assertVerified(HeadObjectResponse head) throws IOException {
        Optional<ObjectChecksum> checksum = ObjectChecksum.of(head);
        assertThat(checksum).isPresent();
        assertThat(ObjectChecksum.verified(file, checksum)).isEqualTo(SHA256);
        Path other = Files.writeString(temporary.resolve("other"), "123456780");
        assertThatThrownBy(() -> ObjectChecksum.verified(other, checksum))
                .isInstanceOf(BrokenTransferException.class)
                .hasMessageContaining("expected " + checksum.get().value());
    }

    @Test
    void comparesEveryKindOfChecksum() throws IOException {
        assertVerified(
                HeadObjectResponse.builder().checksumSHA256(base64(SHA256)).build());
        assertVerified(HeadObjectResponse.builder()
                .checksumCRC64NVME(base64("ae8b14860a799888"))
                .checksumType(ChecksumType.FULL_OBJECT)
                .build());
        assertVerified(
                HeadObjectResponse.builder().checksumCRC32C(base64("e3069283")).build());
        assertVerified(
                HeadObjectResponse.builder().checksumCRC32(base64("cbf43926")).build());
    }

    @Test
    void takesTheStrongest() {
        assertThat(ObjectChecksum.of(HeadObjectResponse.builder()
                        .checksumCRC32(base64("cbf43926"))
                        .checksumSHA256(base64(SHA256))
                        .build()))
                .map(ObjectChecksum::algorithm)
                .hasValue(ObjectChecksum.Algorithm.SHA_256);
    }

    @Test
    void doesWithoutWhereThereIsNoneOfTheWhole() throws IOException {
        HeadObjectResponse ofParts = HeadObjectResponse.builder()
                .checksumSHA256(base64(SHA256) + "-2")
                .checksumCRC32(base64("00000000"))
                .checksumType(ChecksumType.COMPOSITE)
                .build();
        assertThat(ObjectChecksum.of(ofParts)).isEmpty();
        assertThat(ObjectChecksum.of(HeadObjectResponse.builder()
                        .checksumSHA256(base64(SHA256) + "-2")
                        .build()))
                .isEmpty();
        assertThat(ObjectChecksum.verified(file, Optional.empty())).isEqualTo(SHA256);
    }
}
