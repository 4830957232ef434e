package dev.finexl.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnpackedLibrariesTest {

    private static final String RESOURCES = "native/here/";
    private static final String FILE = System.mapLibraryName("onnxruntime");

    @TempDir
    Path folder;

    private final byte[] content = new byte[300_000];
    private Path place;

    @BeforeEach
    void makeContent() {
        new Random(7).nextBytes(content);
        place = folder.resolve("place");
    }

    private URLClassLoader jar(String name, byte[] library) throws IOException {
        Path jar = folder.resolve(name);
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            zip.putNextEntry(new ZipEntry(RESOURCES + FILE));
            zip.write(library);
        }
        return new URLClassLoader(new URL[] {jar.toUri().toURL()}, null);
    }

    private Path unpack() throws IOException {
        try (URLClassLoader loader = jar("a.jar", content)) {
            return UnpackedLibraries.unpack(place, loader, RESOURCES);
        }
    }

    private Object identity(Path file) throws IOException {
        return Files.readAttributes(file, "fileKey,lastModifiedTime");
    }

    @Test
    void unpacksOnceAndThenTakesWhatIsThere() throws IOException {
        Path first = unpack();
        assertThat(first.resolve(FILE)).hasBinaryContent(content);
        Object before = identity(first.resolve(FILE));

        assertThat(unpack()).isEqualTo(first);
        assertThat(identity(first.resolve(FILE))).isEqualTo(before);
    }

    @Test
    void doesNotTakeALibraryThatWasCutOffOrDamaged() throws IOException {
        Path library = unpack().resolve(FILE);

        Files.write(library, new byte[1000]);
        unpack();
        assertThat(library).hasBinaryContent(content);

        byte[] damaged = content.clone();
        damaged[200_000]++;
        Files.write(library, damaged);
        unpack();
        assertThat(library).hasBinaryContent(content);
    }

    @Test
    void readsALibraryAgainThatWasTouchedAndTakesItIfItIsRight() throws IOException {
        Path library = unpack().resolve(FILE);
        FileTime sealed = Files.getLastModifiedTime(library);
        Object file = Files.getAttribute(library, "unix:ino");

        Files.setLastModifiedTime(library, FileTime.fromMillis(0));
        unpack();

        assertThat(Files.getAttribute(library, "unix:ino")).isEqualTo(file);
        assertThat(Files.getLastModifiedTime(library)).isEqualTo(sealed);
    }

    @Test
    void keepsVersionsApart() throws IOException {
        Path first = unpack();
        byte[] other = content.clone();
        other[0]++;
        try (URLClassLoader loader = jar("b.jar", other)) {
            Path second = UnpackedLibraries.unpack(place, loader, RESOURCES);
            assertThat(second.resolve(FILE)).hasBinaryContent(other);
        }
        assertThat(first.resolve(FILE)).hasBinaryContent(content);
    }

    @Test
    void letsSeveralUnpackAtTheSameTimeAndLeavesNothingBeside() throws Exception {
        try (URLClassLoader loader = jar("a.jar", content);
                ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (Future<Path> unpacked : IntStream.range(0, 8)
                    .mapToObj(i -> threads.submit(() -> UnpackedLibraries.unpack(place, loader, RESOURCES)))
                    .toList()) {
                assertThat(unpacked.get().resolve(FILE)).hasBinaryContent(content);
            }
        }
        try (Stream<Path> files = Files.walk(place)) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(1);
        }
    }

    @Test
    void knowsWhereThereIsNothingToUnpack() throws IOException {
        try (URLClassLoader loader = jar("a.jar", content)) {
            assertThat(UnpackedLibraries.unpack(place, loader, "native/elsewhere/"))
                    .isNull();
        }
        assertThat(place).doesNotExist();
    }
}
