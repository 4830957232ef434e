package dev.finexl.serve.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.finexl.PackagedProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** To whom the packaged program listens, by whether there are keys. */
class AccessIT {

    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    private Process process;
    private int runs;

    private Path start(Map<String, String> settings, String... arguments) throws IOException {
        Path log = folder.resolve("log" + runs++);
        ProcessBuilder builder = new ProcessBuilder(PackagedProgram.command(arguments))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("QUARKUS_HTTP_PORT", "0");
        builder.environment()
                .put("FINEXL_JOBS_DIRECTORY", folder.resolve("jobs").toString());
        builder.environment().putAll(settings);
        process = builder.start();
        return log;
    }

    private static String listening(Path log) {
        await().atMost(LONG)
                .until(() ->
                        PackagedProgram.LISTENING.matcher(Files.readString(log)).find());
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String address(String log) {
        Matcher listening = PackagedProgram.LISTENING.matcher(log);
        assertThat(listening.find()).isTrue();
        return "http://127.0.0.1:" + listening.group(1);
    }

    private String run(String... arguments) throws IOException, InterruptedException {
        Path log = start(Map.of(), arguments);
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(log)).isZero();
        return Files.readString(log);
    }

    @AfterEach
    void end() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Test
    void listensToThisMachineOnlyUntilThereIsAKey() throws Exception {
        String first = listening(start(Map.of()));
        assertThat(first).contains("Listening on: http://127.0.0.1:").contains("No key has been made");
        // The database is made when it is first needed; from then on it is the service's.
        given().get(address(first) + "/explanations/0123456789abcdefghijkl")
                .then()
                .statusCode(404);
        Path said = refused("keys", "list");
        assertThat(Files.readString(said)).contains("another process").doesNotContain("\tat ");
        end();
        assertThat(listening(start(Map.of("FINEXL_ACCESS", "open"))))
                .contains("Listening on: http://0.0.0.0:")
                .doesNotContain("No key has been made");
        end();
        String secret = run("keys", "create", "--tenant", "acme", "--scope", "admin")
                .strip()
                .lines()
                .toList()
                .getLast();
        assertThat(secret).matches("fx_[A-Za-z0-9_-]{43}");
        assertThat(run("keys", "list"))
                .contains(secret.substring(0, 11))
                .contains("acme")
                .doesNotContain(secret);
        String log = listening(start(Map.of()));
        assertThat(log).contains("Listening on: http://0.0.0.0:").doesNotContain(secret);
        end();
        assertThat(run("keys", "revoke", secret.substring(0, 11))).contains("is revoked");
        assertThat(run("keys", "list")).contains("revoked");
    }

    /** A command while the service runs. */
    private Path refused(String... arguments) throws IOException, InterruptedException {
        Process service = process;
        try {
            Path log = start(Map.of(), arguments);
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue()).isEqualTo(1);
            return log;
        } finally {
            process = service;
        }
    }
}
