package dev.finexl.serve.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.hasKey;

import dev.finexl.PackagedServer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the packaged program, which prepares its document late, has it. */
class DocumentOnRequestIT {

    @TempDir
    Path folder;

    @Test
    void theDocumentIsThereWheneverItIsAskedFor() throws Exception {
        try (PackagedServer server = new PackagedServer(
                folder.resolve("log"),
                Map.of("FINEXL_JOBS_DIRECTORY", folder.resolve("jobs").toString()))) {
            for (int time = 0; time < 2; time++) {
                given().queryParam("format", "json")
                        .get(server.address() + "/q/openapi")
                        .then()
                        .statusCode(200)
                        .body("paths", hasKey("/explain"));
            }
            assertThat(given().get(server.address() + "/q/openapi").asString()).contains("/explain:");
        }
    }
}
