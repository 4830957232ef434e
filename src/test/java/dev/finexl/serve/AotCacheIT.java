package dev.finexl.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.finexl.PackagedProgram;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The AOT cache that the build trained, with a JVM that refuses to start without it, and with one that must not mind. */
@DisabledIfSystemProperty(named = "packaged.executable", matches = ".+", disabledReason = "an executable has no JVM")
class AotCacheIT {

    private static final Duration LONG = Duration.ofMinutes(2);
    private static final String CACHE = "finexl.aot";

    /** The options of infra/finexl, and no start without the cache. */
    private static final List<String> ONLY_WITH_CACHE =
            List.of("-XX:+UseSerialGC", "-XX:AOTMode=on", "-XX:AOTCache=" + PackagedProgram.FOLDER.resolve(CACHE));

    @TempDir
    Path folder;

    private ProcessBuilder program(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(folder.resolve("stdout").toFile())
                .redirectError(folder.resolve("stderr").toFile());
        builder.environment().put("QUARKUS_HTTP_PORT", "0");
        builder.environment()
                .put("FINEXL_JOBS_DIRECTORY", folder.resolve("jobs").toString());
        return builder;
    }

    private String out() throws IOException {
        return Files.readString(folder.resolve("stdout"));
    }

    private String err() throws IOException {
        return Files.readString(folder.resolve("stderr"));
    }

    private int run(List<String> command) throws IOException, InterruptedException {
        Process process = program(command).start();
        assertThat(process.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    @Test
    void servesFromTheCache() throws Exception {
        List<String> options = new ArrayList<>(ONLY_WITH_CACHE);
        options.add("-Xlog:class+load:file=" + folder.resolve("classes"));
        Process process = program(PackagedProgram.command(options)).start();
        try (HttpClient client = HttpClient.newHttpClient()) {
            Matcher port = await().atMost(LONG).until(() -> PackagedProgram.LISTENING.matcher(out()), Matcher::find);
            URI ready = URI.create("http://localhost:" + port.group(1) + "/q/health/ready");
            await().atMost(LONG)
                    .until(() ->
                            client.send(HttpRequest.newBuilder(ready).build(), HttpResponse.BodyHandlers.discarding())
                                            .statusCode()
                                    == 200);
        } finally {
            process.destroy();
            process.waitFor();
        }
        List<String> loaded = Files.readAllLines(folder.resolve("classes"));
        assertThat(loaded)
                .filteredOn(line -> line.contains(" dev.finexl.explain.Explainer source:")
                        || line.contains(" ai.onnxruntime.OrtSession source:"))
                .hasSize(2)
                .allMatch(line -> line.contains("shared objects file"));
    }

    @Test
    void runsCommandsFromTheCache() throws Exception {
        assertThat(run(PackagedProgram.command(ONLY_WITH_CACHE, "models"))).isZero();
        assertThat(out()).contains("mini-diffusion");
        assertThat(err()).isEmpty();
    }

    @Test
    void startsInSilenceWhereTheCacheIsOfNoUse() throws Exception {
        Path project = PackagedProgram.FOLDER.getParent().getParent();
        Path copy = Files.createDirectories(folder.resolve("copy/target/quarkus-app"));
        Files.createDirectories(folder.resolve("copy/infra"));
        for (String name : List.of("infra/finexl", "infra/java.options")) {
            Files.copy(project.resolve(name), folder.resolve("copy").resolve(name));
        }
        Files.createSymbolicLink(folder.resolve("copy/mvnw"), project.resolve("mvnw"));
        for (String name : List.of("app", "lib", "quarkus", "quarkus-run.jar")) {
            Files.createSymbolicLink(copy.resolve(name), PackagedProgram.FOLDER.resolve(name));
        }
        List<String> command = List.of("sh", folder.resolve("copy/infra/finexl").toString(), "--version");
        for (String content : List.of("not a cache", "")) {
            Files.writeString(copy.resolve(CACHE), content);
            assertThat(run(command)).isZero();
            assertThat(out()).startsWith("finexl ");
            assertThat(err()).isEmpty();
        }
        Files.delete(copy.resolve(CACHE));
        assertThat(run(command)).isZero();
        assertThat(err()).isEmpty();
    }
}
