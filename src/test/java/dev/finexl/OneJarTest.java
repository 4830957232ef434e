package dev.finexl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs {@code infra/OneJar.java} as the build does. */
class OneJarTest {

    @TempDir
    Path folder;

    @BeforeEach
    void makeFolders() throws IOException {
        Files.createDirectories(folder.resolve("lib/main"));
        Files.createDirectories(folder.resolve("lib/boot"));
        Files.createDirectories(folder.resolve("app"));
    }

    private int run(Path program) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "infra/OneJar.java",
                        program.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("said").toFile())
                .start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        return process.exitValue();
    }

    private String said() throws IOException {
        return Files.readString(folder.resolve("said"));
    }

    private void jar(String name, Map<String, String> attributes, Map<String, String> content) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.forEach(manifest.getMainAttributes()::putValue);
        try (OutputStream file = Files.newOutputStream(folder.resolve(name));
                JarOutputStream jar = new JarOutputStream(file, manifest)) {
            for (Map.Entry<String, String> entry : new TreeMap<>(content).entrySet()) {
                jar.putNextEntry(new JarEntry(entry.getKey()));
                jar.write(entry.getValue().getBytes(UTF_8));
            }
        }
    }

    private void program(String... classPath) throws IOException {
        jar("quarkus-run.jar", Map.of("Class-Path", String.join(" ", classPath), "Main-Class", "Main"), Map.of());
    }

    private Manifest manifest(String jar) throws IOException {
        try (JarFile file = new JarFile(folder.resolve(jar).toFile())) {
            return file.getManifest();
        }
    }

    private String content(String jar, String name) throws IOException {
        try (JarFile file = new JarFile(folder.resolve(jar).toFile());
                InputStream found = file.getInputStream(file.getEntry(name))) {
            return new String(found.readAllBytes(), UTF_8);
        }
    }

    private List<String> jars() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("lib/main"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void putsLibrariesTogether() throws Exception {
        jar(
                "lib/main/a.jar",
                Map.of("Multi-Release", "true"),
                Map.of(
                        "a/A.class", "a",
                        "both.txt", "same",
                        "META-INF/services/some.Service", "a.A",
                        "META-INF/versions/21/a/A.class", "newer",
                        "META-INF/LICENSE", "licence of a",
                        "module-info.class", "module a"));
        jar("lib/main/native.jar", Map.of(), Map.of("native/lib.so", "n"));
        jar(
                "lib/boot/b.jar",
                Map.of(),
                Map.of(
                        "b/B.class", "b",
                        "both.txt", "same",
                        "META-INF/services/some.Service", "b.B",
                        "META-INF/LICENSE", "licence of b",
                        "module-info.class", "module b"));
        jar("app/app.jar", Map.of(), Map.of("app/App.class", "app"));
        program("app/app.jar", "lib/main/a.jar", "lib/main/native.jar", "lib/boot/b.jar");

        assertThat(run(folder)).as(said()).isZero();

        assertThat(manifest("quarkus-run.jar").getMainAttributes().getValue("Class-Path"))
                .isEqualTo("app/app.jar lib/main/libraries.jar lib/main/native.jar");
        assertThat(manifest("quarkus-run.jar").getMainAttributes().getValue("Main-Class"))
                .isEqualTo("Main");
        assertThat(jars()).containsExactly("libraries.jar", "native.jar");
        String all = "lib/main/libraries.jar";
        assertThat(manifest(all).getMainAttributes().getValue("Multi-Release")).isEqualTo("true");
        assertThat(content(all, "a/A.class")).isEqualTo("a");
        assertThat(content(all, "META-INF/versions/21/a/A.class")).isEqualTo("newer");
        assertThat(content(all, "b/B.class")).isEqualTo("b");
        assertThat(content(all, "META-INF/services/some.Service")).isEqualTo("a.A\nb.B\n");
        assertThat(content(all, "META-INF/LICENSE")).isEqualTo("licence of a");
        assertThat(content(all, "META-INF/b.jar/META-INF/LICENSE")).isEqualTo("licence of b");
        try (JarFile file = new JarFile(folder.resolve(all).toFile())) {
            assertThat(file.getEntry("module-info.class")).isNull();
        }

        byte[] made = Files.readAllBytes(folder.resolve(all));
        assertThat(run(folder)).as(said()).isZero();
        assertThat(Files.readAllBytes(folder.resolve(all))).as("run once more").isEqualTo(made);
    }

    @Test
    void leavesAFastJarAsItIs() throws Exception {
        jar("lib/boot/b.jar", Map.of(), Map.of("b/B.class", "b"));
        jar("lib/main/a.jar", Map.of(), Map.of("a/A.class", "a"));
        program("lib/boot/b.jar");

        assertThat(run(folder)).as(said()).isZero();

        assertThat(manifest("quarkus-run.jar").getMainAttributes().getValue("Class-Path"))
                .isEqualTo("lib/boot/b.jar");
        assertThat(jars()).containsExactly("a.jar");
    }

    @ParameterizedTest
    @ValueSource(strings = {"same/Name.class", "META-INF/microprofile-config.properties"})
    void refusesLibrariesThatDisagree(String name) throws Exception {
        jar("lib/main/a.jar", Map.of(), Map.of(name, "one"));
        jar("lib/main/b.jar", Map.of(), Map.of(name, "another"));
        program("lib/main/a.jar", "lib/main/b.jar");

        assertThat(run(folder)).isOne();

        assertThat(said()).contains("b.jar has another " + name);
        assertThat(jars()).as("nothing half made").containsExactly("a.jar", "b.jar");
        assertThat(manifest("quarkus-run.jar").getMainAttributes().getValue("Class-Path"))
                .isEqualTo("lib/main/a.jar lib/main/b.jar");
    }

    @Test
    void saysWhatIsMissing() throws Exception {
        assertThat(run(folder)).isOne();

        assertThat(said()).contains("there is no").contains("quarkus-run.jar");
    }

    @Test
    void hasNothingToDoWhereThereIsNoFolder() throws Exception {
        assertThat(run(folder.resolve("quarkus-app"))).as(said()).isZero();
    }
}
