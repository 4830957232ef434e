package dev.finexl.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ClasspathFilesTest {

    private static final String CONFIG = "{\"sample_size\": 16}";

    @TempDir
    private Path temporary;

    private URLClassLoader loader;

    /**
     * How a class path has a folder: as a directory, while developing, or in a jar, with or without entries for folders, or without
     * compression.
     */
    enum Kind {
        DIRECTORY,
        JAR,
        JAR_WITH_FOLDERS,
        STORED,
        /** What the jar has behind its end hides where its entries are. */
        STORED_WITH_COMMENT
    }

    @AfterEach
    void closeLoader() throws IOException {
        loader.close();
    }

    @ParameterizedTest
    @EnumSource
    void readsAFile(Kind kind) throws IOException {
        ClasspathFiles files = files(kind);
        assertThat(files.reference()).isEqualTo("classpath:mini");
        assertThat(files.has("unet/config.json")).isTrue();
        assertThat(files.size("unet/config.json")).isEqualTo(CONFIG.length());
        try (InputStream in = files.open("unet/config.json")) {
            assertThat(in.readAllBytes()).asString().isEqualTo(CONFIG);
        }
        assertThat(files.sha256("unet/config.json"))
                .isEqualTo("dcd84973fb05914afcc2d072baf5555e73800ce52b5035d8c3ebd6c0d08181a1")
                .isEqualTo(files.sha256("unet/config.json"));
    }

    @ParameterizedTest
    @EnumSource
    void copiesAFileOnceIntoAlignedMemoryOrMapsIt(Kind kind) throws IOException {
        ClasspathFiles files = files(kind);
        MemorySegment copy = files.map("unet/config.json");
        assertThat(copy.toArray(ValueLayout.JAVA_BYTE)).asString().isEqualTo(CONFIG);
        assertThat(copy.isNative()).isTrue();
        assertThat(copy.isReadOnly()).isTrue();
        assertThat(copy.isMapped()).isEqualTo(kind == Kind.STORED);
        assertThat(copy.isMapped() || copy.address() % 64 == 0).isTrue();
        assertThat(files.map("unet/config.json")).isSameAs(copy);
    }

    @ParameterizedTest
    @EnumSource
    void saysWhatIsNoFile(Kind kind) throws IOException {
        ClasspathFiles files = files(kind);
        for (String name : new String[] {"missing", "unet", "unet/missing"}) {
            NoSuchFile.assertMissing(files, name);
        }
    }

    @ParameterizedTest
    @EnumSource
    void staysInItsFolder(Kind kind) throws IOException {
        ClasspathFiles files = files(kind);
        for (String name : new String[] {"../other.txt", "/models/other.txt", "unet/../../other.txt", "", "unet/"}) {
            NoSuchFile.assertRefused(files, name, "is refused");
        }
    }

    private ClasspathFiles files(Kind kind) throws IOException {
        Path place = kind == Kind.DIRECTORY ? directory() : jar(kind);
        loader = new URLClassLoader(new URL[] {place.toUri().toURL()}, null);
        return new ClasspathFiles("classpath:mini", loader, "models/mini");
    }

    private Path directory() throws IOException {
        Path folder = Files.createDirectories(temporary.resolve("a folder/models/mini/unet"));
        Files.writeString(folder.resolve("config.json"), CONFIG);
        Files.writeString(temporary.resolve("a folder/models/other.txt"), "not of this model");
        return temporary.resolve("a folder");
    }

    private Path jar(Kind kind) throws IOException {
        Path jar = temporary.resolve("a jar.jar");
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out)) {
            if (kind == Kind.JAR_WITH_FOLDERS) {
                entries.putNextEntry(new JarEntry("models/mini/unet/"));
            }
            byte[] config = CONFIG.getBytes(StandardCharsets.UTF_8);
            JarEntry entry = new JarEntry("models/mini/unet/config.json");
            if (kind == Kind.STORED_WITH_COMMENT) {
                entries.setComment("a comment");
            }
            if (kind == Kind.STORED || kind == Kind.STORED_WITH_COMMENT) {
                CRC32 sum = new CRC32();
                sum.update(config);
                entry.setMethod(ZipEntry.STORED);
                entry.setSize(config.length);
                entry.setCrc(sum.getValue());
            }
            entries.putNextEntry(entry);
            entries.write(config);
            entries.putNextEntry(new JarEntry("models/other.txt"));
        }
        return jar;
    }
}
