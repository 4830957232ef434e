package dev.finexl.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryFilesTest {

    @TempDir
    private Path temporary;

    private Path root;
    private DirectoryFiles files;

    @BeforeEach
    void writeModel() throws IOException {
        root = Files.createDirectories(temporary.resolve("model"));
        Files.createDirectories(root.resolve("unet"));
        Files.writeString(root.resolve("unet/config.json"), "{}");
        Files.writeString(temporary.resolve("secret.txt"), "secret");
        files = new DirectoryFiles("directory:model", root);
    }

    @Test
    void readsAFile() throws IOException {
        assertThat(files.reference()).isEqualTo("directory:model");
        assertThat(files.has("unet/config.json")).isTrue();
        assertThat(files.size("unet/config.json")).isEqualTo(2);
        try (InputStream in = files.open("unet/config.json")) {
            assertThat(in.readAllBytes()).asString().isEqualTo("{}");
        }
        assertThat(files.read("unet/config.json", 2)).asString().isEqualTo("{}");
        assertThat(files.map("unet/config.json").toArray(ValueLayout.JAVA_BYTE))
                .asString()
                .isEqualTo("{}");
    }

    @Test
    void refusesToReadMoreThanTheLimit() {
        assertThatThrownBy(() -> files.read("unet/config.json", 1))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("directory:model")
                .hasMessageContaining("unet/config.json")
                .hasMessageContaining("larger than the 1 bytes");
    }

    @Test
    void mapsReadOnlyAndInPlace() throws IOException {
        MemorySegment mapped = files.map("unet/config.json");
        assertThat(mapped.isMapped()).isTrue();
        assertThat(mapped.isReadOnly()).isTrue();
    }

    @Test
    void mapsAnEmptyFile() throws IOException {
        Files.createFile(root.resolve("empty"));
        assertThat(files.map("empty").byteSize()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/etc/passwd",
                "../secret.txt",
                "unet/../../secret.txt",
                "unet/../unet/config.json",
                "./unet/config.json",
                "unet//config.json",
                "unet/",
                "unet\\config.json",
                "unet/config.json\0.txt",
                ".."
            })
    void refusesANameThatCouldLeaveTheModel(String name) {
        NoSuchFile.assertRefused(files, name, "is refused");
    }

    @Test
    void refusesAnEndlessName() {
        NoSuchFile.assertRefused(files, "a".repeat(100_000), "100000 characters");
    }

    @Test
    void followsALinkThatStaysInside() throws IOException {
        Files.createSymbolicLink(root.resolve("alias.json"), Path.of("unet/config.json"));
        assertThat(files.has("alias.json")).isTrue();
        assertThat(files.map("alias.json").byteSize()).isEqualTo(2);
    }

    @Test
    void refusesALinkThatLeadsOutside() throws IOException {
        Files.createSymbolicLink(root.resolve("file.txt"), Path.of("../secret.txt"));
        Files.createSymbolicLink(root.resolve("folder"), temporary);
        NoSuchFile.assertRefused(files, "file.txt", "is refused");
        NoSuchFile.assertRefused(files, "folder/secret.txt", "is refused");
    }

    @Test
    void opensADirectoryThatIsItselfALink() throws IOException {
        Path link = Files.createSymbolicLink(temporary.resolve("link"), root);
        assertThat(new DirectoryFiles("link", link).size("unet/config.json")).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"missing", "unet", "unet/missing", "unet/config.json/below", "loop", "dangling"})
    void saysWhatIsNoFile(String name) throws IOException {
        Files.createSymbolicLink(root.resolve("loop"), Path.of("loop"));
        Files.createSymbolicLink(root.resolve("dangling"), Path.of("nothing"));
        NoSuchFile.assertMissing(files, name);
    }

    @Test
    void hashesAFileAndNoticesAChange() throws IOException {
        assertThat(files.sha256("unet/config.json"))
                .isEqualTo("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")
                .isEqualTo(files.sha256("unet/config.json"));
        Files.writeString(root.resolve("unet/config.json"), "abc");
        assertThat(files.sha256("unet/config.json"))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void needsADirectory() {
        assertThatThrownBy(() -> new DirectoryFiles("none", temporary.resolve("none")))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> new DirectoryFiles("file", temporary.resolve("secret.txt")))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("is not a directory");
    }
}
