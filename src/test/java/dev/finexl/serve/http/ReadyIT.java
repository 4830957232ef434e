package dev.finexl.serve.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.finexl.PackagedServer;
import io.restassured.response.ValidatableResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When the packaged program says that it is ready, where nobody has made a database yet. */
class ReadyIT {

    private static final Duration LONG = Duration.ofMinutes(2);
    private static final String JOBS = "checks.find { it.name == 'finexl jobs' }";

    @TempDir
    Path folder;

    private PackagedServer server(Path jobs) throws Exception {
        return new PackagedServer(folder.resolve("log"), Map.of("FINEXL_JOBS_DIRECTORY", jobs.toString()));
    }

    private static ValidatableResponse ready(PackagedServer server) {
        return given().get(server.address() + "/q/health/ready").then();
    }

    @Test
    void makesTheDatabaseByItselfAndStaysReady() throws Exception {
        Path jobs = folder.resolve("jobs");
        try (PackagedServer server = server(jobs)) {
            await().atMost(LONG).until(() -> ready(server).extract().statusCode() == 200);
            await().atMost(LONG).until(() -> Files.exists(jobs.resolve("jobs.mv.db")));
            ready(server).statusCode(200).body(JOBS + ".data.queued", equalTo(0));
        }
    }

    @Test
    void isNotReadyForLongWhereNoDatabaseCanBeMade() throws Exception {
        Path file = Files.createFile(folder.resolve("a file"));
        try (PackagedServer server = server(file.resolve("jobs"))) {
            await().atMost(LONG)
                    .until(() -> "DOWN".equals(ready(server).extract().path(JOBS + ".status")));
            ready(server).statusCode(503).body(JOBS + ".data.waiting", containsString("a file/jobs"));
            assertThat(server.process().isAlive()).isTrue();
        }
    }
}
