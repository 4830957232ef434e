package dev.finexl.serve.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.io.TempDir;

/** What is uploaded to Lambda for its Java runtime: whether it fits, and whether it runs. */
@DisabledIf(value = "isNative", disabledReason = "the function was built as an executable")
class FunctionZipIT {

    private static final String HANDLER = "io.quarkus.amazon.lambda.runtime.QuarkusStreamHandler";

    /** Of all files unpacked. Lambda's limit is 250 MiB; growth should be noticed before it stops a deployment. */
    private static final long MOST = 136L << 20;

    @TempDir
    private Path folder;

    static boolean isNative() throws IOException {
        return FunctionZip.isNative();
    }

    @Test
    void fitsIntoLambdaAndHasLibrariesForLinuxAlone() throws IOException {
        assertThat(FunctionZip.unpackedBytes()).isLessThan(MOST);
        FunctionZip.unpack(folder);
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
        FunctionZip.unpack(folder);
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
            in.write(FunctionZip.REQUEST.getBytes(StandardCharsets.UTF_8));
        }
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
        String last = Files.readString(answer)
                .lines()
                .reduce((first, second) -> second)
                .orElseThrow();
        assertThat(new ObjectMapper().readTree(last).path("method").asText()).isEqualTo("stacked-nnls");
    }
}
