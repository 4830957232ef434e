package dev.finexl.embed;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.util.Utils;
import dev.finexl.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library is loaded once for each process, so what it does then is seen in processes of their own. */
class TokenizerLibraryTest {

    @TempDir
    Path directory;

    @Test
    void djlIsOffline() {
        TokenizerLibrary.load();
        assertThat(Utils.isOfflineMode()).isTrue();
    }

    @Test
    void aHomeThatCannotBeWrittenIsNotNeeded() throws Exception {
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        assertThat(encodeElsewhere("-Djava.io.tmpdir=" + temporary)).isEqualTo("[863, 568, 864]");
        assertThat(names(temporary)).noneMatch(name -> name.contains("djl") || name.contains("finexl"));
    }

    @Test
    void theOperatorsDirectoryGoesFirst() throws Exception {
        Path cache = directory.resolve("cache");
        assertThat(encodeElsewhere("-DDJL_CACHE_DIR=" + cache)).isEqualTo("[863, 568, 864]");
        assertThat(names(cache)).containsExactly("tokenizers");
    }

    @Test
    void aDirectoryThatCannotBeMadeIsNamedAsTheReason() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        assertThat(encodeElsewhere("-DDJL_CACHE_DIR=" + file))
                .contains("the tokenizer library cannot be loaded", "DJL_CACHE_DIR");
    }

    /** Encodes "red" in a process whose home directory does not exist, and gives back the last line it wrote. */
    private String encodeElsewhere(String property) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-Duser.home=" + directory.resolve("none"),
                        property,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Encode.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        process.waitFor();
        return output.lines().reduce("", (_, line) -> line);
    }

    private static String[] names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toArray(String[]::new);
        }
    }

    /** The other process. */
    static final class Encode {

        private Encode() {}

        public static void main(String[] arguments) {
            try (ClipTokenizer tokenizer = ClipTokenizer.open(Golden.files("mini/tokenizer"), "")) {
                System.out.println(Arrays.toString(tokenizer.tokenize("red").unpadded()));
            } catch (IllegalStateException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
