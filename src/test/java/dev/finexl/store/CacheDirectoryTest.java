package dev.finexl.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheDirectoryTest {

    @TempDir
    private Path folder;

    private static void used(CacheDirectory cache, String key, long second) throws IOException {
        Files.setLastModifiedTime(Path.of(cache.describe(key)), FileTime.from(Instant.ofEpochSecond(second)));
    }

    @Test
    void removesWhatWasUsedLeastRecently() throws IOException {
        CacheDirectory cache = new CacheDirectory(folder, 100_000);
        for (int i = 0; i < 4; i++) {
            cache.put("part/" + i, new byte[300], "application/octet-stream");
            used(cache, "part/" + i, 1000 + i);
        }
        // The first was written first, and read last.
        assertThat(cache.get("part/0")).isPresent();
        new CacheDirectory(folder, 1000).sweep();
        assertThat(Stream.of("0", "1", "2", "3")
                        .filter(key -> cache.get("part/" + key).isPresent()))
                .containsExactly("0", "2", "3");
    }

    @Test
    void staysNearItsBudgetByItself() throws IOException {
        CacheDirectory cache = new CacheDirectory(folder, 10_000);
        for (int i = 0; i < 300; i++) {
            cache.put("key" + i, new byte[100], "application/octet-stream");
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.mapToLong(file -> file.toFile().length()).sum()).isBetween(8_000L, 11_100L);
        }
    }

    @Test
    void leavesWhatFits() throws IOException {
        CacheDirectory cache = new CacheDirectory(folder, 1000);
        cache.put("key", new byte[900], "application/octet-stream");
        cache.sweep();
        assertThat(cache.get("key")).isPresent();
    }
}
