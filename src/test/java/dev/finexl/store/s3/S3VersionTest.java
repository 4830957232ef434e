package dev.finexl.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.LocalServer;
import dev.finexl.store.CatalogueEntry;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelReferenceException;
import dev.finexl.store.Transfer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class S3VersionTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(
            value = {
                "s3://b-1/a.safetensors,                        a.safetensors,             ,    ",
                "s3://b-1/d/a.safetensors?versionId=3/L4kqtJ,   d/a.safetensors,           3/L4kqtJ, ",
                "s3://b-1/a.safetensors?etag=abc-2,             a.safetensors,             ,    abc-2",
                "s3://b-1/a?x.safetensors?versionId=1,          a?x.safetensors,           1,   ",
                "s3://b-1/folder?versionId=1,                   folder?versionId=1,        ,    ",
                "s3://b-1/a.safetensors?versionId=,             a.safetensors?versionId=,  ,    "
            })
    void isReadFromAReferenceAndWrittenAsOne(String reference, String key, String versionId, String etag) {
        S3Version version = S3Version.parse(reference);
        assertThat(version).isEqualTo(new S3Version(new S3Location("b-1", key), versionId, etag));
        assertThat(version).hasToString(reference);
    }

    @Test
    void isTheStateThatTheStorageHasOrNone() {
        S3Version any = S3Version.parse("s3://b-1/a.safetensors");
        assertThat(any.in("\"e\"", 5L)).isEqualTo(new S3Object(any.location(), null, "\"e\"", 5));
        S3Version other = S3Version.parse("s3://b-1/a.safetensors?etag=other");
        assertThat(other.in("\"other\"", 5L).etag()).isEqualTo("\"other\"");
        assertThatThrownBy(() -> other.in("\"e\"", 5L))
                .isInstanceOf(ModelReferenceException.class)
                .hasMessageContaining("not in the state");
        assertThatThrownBy(() -> other.in(null, 5L)).isInstanceOf(ModelFileException.class);
    }

    /** S3Proxy keeps no versions, so this server has two of one object. */
    @Test
    void anOlderVersionIsReadAsLongAsItIsThere() throws Exception {
        ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
        LocalServer.Handler versions = exchange -> {
            String query = String.valueOf(exchange.getRequestURI().getRawQuery());
            asked.add(query);
            byte[] body = (query.contains("versionId=old") ? "older" : "newer").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("ETag", "\"%s\"".formatted(query.contains("old") ? "o" : "n"));
            boolean head = exchange.getRequestMethod().equals("HEAD");
            if (head) {
                exchange.getResponseHeaders().set("Content-Length", "5");
            } else {
                exchange.getResponseHeaders().set("Content-Range", "bytes 0-4/5");
            }
            exchange.sendResponseHeaders(head ? 200 : 206, head ? -1 : 5);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
        };
        System.setProperty("aws.accessKeyId", "test");
        System.setProperty("aws.secretAccessKey", "test");
        try (LocalServer server = new LocalServer("/", versions);
                S3Connection connection = new S3Connection(StorageServer.settings(server.address("")))) {
            S3Models models = new S3Models(
                    connection,
                    S3AllowList.parse(List.of("s3://b-1")),
                    new CacheSettings(folder, 1 << 20, 1, 1 << 16, 0));
            CatalogueEntry old = models.find("s3://b-1/a.safetensors?versionId=old", Transfer.UNHEARD);
            assertThat(old.files().read(old.file(), 10))
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("older");
            assertThat(old.reference()).isEqualTo("s3://b-1/a.safetensors?versionId=old");
            assertThat(asked).isNotEmpty().allMatch(query -> query.contains("versionId=old"));
            CatalogueEntry now = models.find("s3://b-1/a.safetensors", Transfer.UNHEARD);
            assertThat(now.files().read(now.file(), 10))
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("newer");
        }
    }
}
