package dev.finexl.serve.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is uploaded to Lambda: whether it fits, and whether it runs. */
class FunctionZipIT {

    private static final Path ZIP = Path.of("target/lambda/function.zip");
    private static final String HANDLER = "io.quarkus.amazon.lambda.runtime.QuarkusStreamHandler";

    /** Of all files unpacked. Lambda's limit is 250 MiB; growth should be noticed before it stops a deployment. */
    private static final long MOST = 136L << 20;

    @TempDir
    private Path folder;

    @Test
    void fitsIntoLambdaAndHasLibrariesForLinuxAlone() throws IOException {
        long unpacked = 0;
        try (ZipFile zip = new ZipFile(ZIP.toFile())) {
            for (ZipEntry entry : zip.stream().toList()) {
                unpacked += entry.getSize();
            }
        }
        System.out.printf("function.zip: %d bytes, %d unpacked%n", Files.size(ZIP), unpacked);
        assertThat(unpacked).isLessThan(MOST);
        unpack();
        List<String> natives = new ArrayList<>();
        try (var jars = Files.list(folder.resolve("lib"))) {
            for (Path jar : jars.filter(p -> p.toString().matches(".*(onnxruntime|tokenizers).*"))
                    .toList()) {
                try (ZipFile zip = new ZipFile(jar.toFile())) {
                    zip.stream()
                            .map(ZipEntry::getName)
                            .filter(name -> name.matches(".*[.](so|dll|dylib)"))
                            .forEach(natives::add);
                }
            }
        }
        assertThat(natives)
                .contains("ai/onnxruntime/native/linux-x64/libonnxruntime.so")
                .allMatch(name -> name.contains("linux"));
    }

    @Test
    void runsAsLambdaWouldRunIt() throws Exception {
        unpack();
        Path answer = folder.resolve("answer.json");
        Path errors = folder.resolve("errors");
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        folder + ":" + folder.resolve("lib") + "/*",
                        "-Dfinexl.results.location=" + folder.resolve("results"),
                        "-Dfinexl.audits.records.location=" + folder.resolve("records"),
                        "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                        Path.of("src/lambda-test/java/dev/finexl/serve/lambda/FunctionRunner.java")
                                .toAbsolutePath()
                                .toString(),
                        HANDLER)
                .directory(folder.toFile())
                .redirectOutput(answer.toFile())
                .redirectError(errors.toFile())
                .start();
        try (var in = process.getOutputStream()) {
            in.write("{\"base\": \"mini-diffusion\", \"loras\": [{\"model\": \"vivid\"}], \"images\": 2, \"steps\": 2}"
                    .getBytes(StandardCharsets.UTF_8));
        }
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
        String last = Files.readString(answer)
                .lines()
                .reduce((first, second) -> second)
                .orElseThrow();
        assertThat(new ObjectMapper().readTree(last).path("method").asText()).isEqualTo("stacked-nnls");
    }

    private void unpack() throws IOException {
        try (ZipFile zip = new ZipFile(ZIP.toFile())) {
            for (ZipEntry entry : zip.stream().filter(e -> !e.isDirectory()).toList()) {
                Path file = folder.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                try (InputStream in = zip.getInputStream(entry)) {
                    Files.copy(in, file);
                }
            }
        }
    }
}
