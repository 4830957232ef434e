package dev.finexl.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept comes back as it was, and what was damaged is made again. */
class EmbeddingCacheTest {

    private static final float[][] ROWS = {{1, 2, 3}, {-4, 5.5f, 6}};
    private static final Supplier<float[][]> NEVER = () -> {
        throw new AssertionError("made again");
    };

    @TempDir
    Path folder;

    @Test
    void givesBackWhatItKept() throws IOException {
        assertThat(new EmbeddingCache(folder.resolve("cache")).rows("ab", () -> ROWS))
                .isDeepEqualTo(ROWS);
        assertThat(new EmbeddingCache(folder.resolve("cache")).rows("ab", NEVER))
                .isDeepEqualTo(ROWS);
        try (Stream<Path> files = Files.list(folder.resolve("cache"))) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void makesDamagedEntriesAgain() throws IOException {
        EmbeddingCache cache = new EmbeddingCache(folder);
        cache.rows("ab", () -> ROWS);
        byte[] whole = Files.readAllBytes(folder.resolve("ab.f32"));
        for (int length = 0; length < whole.length; length++) {
            Files.write(folder.resolve("ab.f32"), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> cache.rows("ab", NEVER)).hasMessage("made again");
        }
        for (int i = 0; i < whole.length; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 0x10;
            Files.write(folder.resolve("ab.f32"), damaged);
            assertThatThrownBy(() -> cache.rows("ab", NEVER)).hasMessage("made again");
        }
        assertThat(cache.rows("ab", () -> ROWS)).isDeepEqualTo(ROWS);
        assertThat(cache.rows("ab", NEVER)).isDeepEqualTo(ROWS);
    }

    @Test
    void keepsNothingWhereMakingFails() throws IOException {
        assertThatThrownBy(() -> new EmbeddingCache(folder).rows("ab", NEVER)).isInstanceOf(AssertionError.class);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }
}
