package dev.finexl.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileHashesTest {

    @TempDir
    private Path folder;

    /** A clock by which the files of this test are old. */
    private static final InstantSource LATER = () -> Instant.now().plusSeconds(60);

    private final List<Path> reads = new ArrayList<>();

    private String read(Path file) throws IOException {
        reads.add(file);
        return "hash of " + Files.readString(file);
    }

    @Test
    void readsAFileOnceForEachOfItsStates() throws IOException {
        FileHashes hashes = new FileHashes(2, this::read, LATER);
        Path file = Files.writeString(folder.resolve("a"), "one");
        assertThat(hashes.sha256(file)).isEqualTo("hash of one");
        assertThat(hashes.sha256(file)).isEqualTo("hash of one");
        assertThat(reads).hasSize(1);
        Files.writeString(file, "three");
        assertThat(hashes.sha256(file)).isEqualTo("hash of three");
        assertThat(hashes.sha256(file)).isEqualTo("hash of three");
        assertThat(reads).hasSize(2);
    }

    @Test
    void forgetsWhatWasAskedForLeastRecently() throws IOException {
        FileHashes hashes = new FileHashes(2, this::read, LATER);
        Path a = Files.writeString(folder.resolve("a"), "a");
        Path b = Files.writeString(folder.resolve("b"), "b");
        Path c = Files.writeString(folder.resolve("c"), "c");
        for (Path file : List.of(a, b, a, c, a, b)) {
            hashes.sha256(file);
        }
        assertThat(reads).containsExactly(a, b, c, b);
    }

    @Test
    void doesNotRememberAFileThatChangedWhileItWasRead() throws IOException {
        Path file = Files.writeString(folder.resolve("a"), "one");
        FileHashes hashes = new FileHashes(
                2,
                changing -> {
                    String hash = read(changing);
                    if (reads.size() == 1) {
                        Files.writeString(changing, "three");
                    }
                    return hash;
                },
                LATER);
        hashes.sha256(file);
        assertThat(hashes.sha256(file)).isEqualTo("hash of three");
    }

    @Test
    void doesNotRememberAFileThatChangedJustNow() throws IOException {
        FileHashes hashes = new FileHashes(2, this::read, InstantSource.system());
        Path file = Files.writeString(folder.resolve("a"), "one");
        hashes.sha256(file);
        hashes.sha256(file);
        assertThat(reads).hasSize(2);
    }

    @Test
    void seesAChangeThatKeepsTheSizeAndTheTime() throws IOException {
        FileHashes hashes = new FileHashes(2, this::read, LATER);
        Path file = Files.writeString(folder.resolve("a"), "one");
        FileTime written = Files.getLastModifiedTime(file);
        hashes.sha256(file);
        Files.writeString(file, "two");
        Files.setLastModifiedTime(file, written);
        assertThat(hashes.sha256(file)).isEqualTo("hash of two");
    }

    /** Of a file that is older than this run, as models are. */
    @Test
    void outlivesTheObjectThroughWhichAFileWasFound() throws IOException {
        Path models = Path.of("src/main/resources/models");
        String hash = new DirectoryFiles("first", models).sha256("index.txt");
        assertThat(new DirectoryFiles("second", models).sha256("index.txt"))
                .isSameAs(hash)
                .isEqualTo(FileHashes.SHARED.sha256(models.resolve("index.txt").toRealPath()));
    }

    private FileHashes keeping(Path place) {
        FileHashes hashes = new FileHashes(2, file -> Sha256.of(read(file)), LATER);
        hashes.keep(new KeptHashes(place));
        return hashes;
    }

    private static String large(String content) {
        return content.repeat(1 << 20);
    }

    @Test
    void keepsTheHashOfALargeFileForTheNextStart() throws IOException {
        Path place = folder.resolve("kept/hashes");
        Path file = Files.writeString(folder.resolve("a"), large("a"));
        String hash = keeping(place).sha256(file);
        assertThat(keeping(place).sha256(file)).isEqualTo(hash);
        assertThat(reads).hasSize(1);
    }

    @Test
    void readsALargeFileAgainThatHasChangedSince() throws IOException {
        Path place = folder.resolve("hashes");
        Path file = Files.writeString(folder.resolve("a"), large("a"));
        FileTime written = Files.getLastModifiedTime(file);
        keeping(place).sha256(file);
        Files.writeString(file, large("b"));
        Files.setLastModifiedTime(file, written);
        assertThat(keeping(place).sha256(file)).isEqualTo(Sha256.of("hash of " + large("b")));
    }

    @Test
    void doesNotTakeTheHashOfAnotherFile() throws IOException {
        Path place = folder.resolve("hashes");
        keeping(place).sha256(Files.writeString(folder.resolve("a"), large("a")));
        Path other = Files.writeString(folder.resolve("b"), large("b"));
        assertThat(keeping(place).sha256(other)).isEqualTo(Sha256.of("hash of " + large("b")));
    }

    @Test
    void readsAFileAgainWhoseKeptHashIsDamaged() throws IOException {
        Path place = folder.resolve("hashes");
        Path file = Files.writeString(folder.resolve("a"), large("a"));
        String hash = keeping(place).sha256(file);
        try (var kept = Files.list(place)) {
            Path one = kept.findFirst().orElseThrow();
            Files.writeString(one, Files.readString(one).substring(0, 20));
        }
        assertThat(keeping(place).sha256(file)).isEqualTo(hash);
        assertThat(reads).hasSize(2);
    }

    @Test
    void keepsNothingOfSmallFiles() throws IOException {
        Path place = folder.resolve("hashes");
        keeping(place).sha256(Files.writeString(folder.resolve("a"), "a"));
        assertThat(place).doesNotExist();
    }

    @Test
    void doesWithoutAPlaceThatCannotBeWritten() throws IOException {
        Path place = Files.writeString(folder.resolve("taken"), "");
        Path file = Files.writeString(folder.resolve("a"), large("a"));
        assertThat(keeping(place).sha256(file)).isEqualTo(keeping(place).sha256(file));
        assertThat(reads).hasSize(2);
    }
}
