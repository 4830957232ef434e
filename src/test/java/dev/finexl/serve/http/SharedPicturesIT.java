package dev.finexl.serve.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.PackagedServer;
import dev.finexl.store.sql.Databases;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes with disks of their own, a database and a place for results that they share: both show what either has drawn. */
class SharedPicturesIT {

    private static final String REQUEST = """
            {"base": "mini-diffusion", "loras": [{"model": "vivid"}], "images": 8, "steps": 4, "heads": []}""";

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();

    private PackagedServer server(String name, String database) throws IOException {
        Path own = Files.createDirectory(folder.resolve(name));
        return new PackagedServer(
                own.resolve("log"),
                Map.of(
                        "FINEXL_JOBS_URL",
                        database,
                        "FINEXL_JOBS_DIRECTORY",
                        own.resolve("jobs").toString(),
                        "FINEXL_CACHE_LOCATION",
                        "",
                        "FINEXL_INDEX_LOCATION",
                        "",
                        "FINEXL_RESULTS_LOCATION",
                        folder.resolve("results").toString()));
    }

    private byte[] get(PackagedServer server, String path) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = client.send(
                HttpRequest.newBuilder(server.address().resolve(path)).build(),
                HttpResponse.BodyHandlers.ofByteArray());
        assertThat(response.statusCode()).as(path).isEqualTo(200);
        return response.body();
    }

    private static JsonNode json(byte[] text) throws IOException {
        return new ObjectMapper().readTree(text);
    }

    @Test
    void bothShowWhatEitherHasDrawn() throws IOException, InterruptedException, SQLException {
        assumeTrue(Databases.urls().anyMatch("postgresql"::equals), "there is no PostgreSQL");
        String database = Databases.create("postgresql");
        try (PackagedServer one = server("one", database);
                PackagedServer other = server("other", database)) {
            HttpRequest submission = HttpRequest.newBuilder(one.address().resolve("/explanations"))
                    .header("Content-Type", "application/json")
                    .header("Prefer", "wait=120")
                    .POST(HttpRequest.BodyPublishers.ofString(REQUEST))
                    .build();
            JsonNode job = json(client.send(submission, HttpResponse.BodyHandlers.ofByteArray())
                    .body());
            assertThat(job.path("state").asText()).as(job.toString()).isEqualTo("succeeded");
            String place = "/explanations/" + job.get("id").asText();
            JsonNode pairs = json(get(one, place + "/pairs"));
            assertThat(pairs).hasSize(8).allSatisfy(pair -> {
                for (String side : new String[] {"base", "personalized"}) {
                    String picture = pair.path(side).asText();
                    assertThat(get(other, picture)).isEqualTo(get(one, picture));
                }
            });
            assertThat(json(get(other, place + "/pairs"))).isEqualTo(pairs);
            assertThat(new String(get(other, place + "/report"), StandardCharsets.UTF_8))
                    .contains("data:image/png;base64,");
        }
        client.close();
    }
}
