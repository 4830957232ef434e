package dev.finexl.serve.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.PackagedServer;
import dev.finexl.embed.PngEncoder;
import dev.finexl.embed.RgbImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program, killed and ended in the middle of its work: every job that it accepted ends with a result. */
class JobsRestartIT {

    private static final Duration LONG = Duration.ofMinutes(2);
    private static final String REQUEST = "{\"base\": \"mini-diffusion\", \"loras\": [{\"model\": \"vivid\"}],"
            + " \"images\": 2, \"steps\": %d, \"heads\": [],"
            + " \"concepts\": [{\"name\": \"vivid\"}, {\"name\": \"dark\"}]}";
    private static final String QUICK = REQUEST.formatted(3);
    /** Some seconds of work. */
    private static final String LONGER = REQUEST.formatted(60);

    @TempDir
    Path folder;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private PackagedServer running;
    private URI server;
    private int starts;

    private void start(Map<String, String> environment) throws IOException {
        Path log = folder.resolve("log" + starts++);
        Map<String, String> all = new HashMap<>(environment);
        // What was worked out before would make this a test of nothing.
        all.put("FINEXL_CACHE_LOCATION", folder.resolve("cache" + starts).toString());
        all.put("QUARKUS_LOG_CONSOLE_JSON_ENABLED", "true");
        all.put("FINEXL_JOBS_DIRECTORY", folder.resolve("jobs").toString());
        running = new PackagedServer(log, all);
        server = running.address();
    }

    @AfterEach
    void end() throws InterruptedException {
        running.close();
        client.close();
    }

    private JsonNode json(HttpRequest.Builder request, int status) throws IOException, InterruptedException {
        HttpResponse<String> response =
                client.send(request.timeout(LONG).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        return new ObjectMapper().readTree(response.body());
    }

    private static final String COMPARED = """
            {"request": {"base": "mini-diffusion", "images": 2, "steps": 2, "heads": []},
             "models": [{"loras": [{"model": "vivid"}]}, {"loras": [{"model": "pixelated"}]}]}""";

    private HttpRequest.Builder post(String path, String type, byte[] body) {
        return HttpRequest.newBuilder(server.resolve(path))
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    }

    private String submit(String request) throws IOException, InterruptedException {
        byte[] body = request.getBytes(StandardCharsets.UTF_8);
        return json(post("/explanations", "application/json", body), 202)
                .get("id")
                .asText();
    }

    private JsonNode job(String id, int wait) throws IOException, InterruptedException {
        return at("/explanations/" + id, wait);
    }

    private JsonNode at(String place, int wait) throws IOException, InterruptedException {
        return json(HttpRequest.newBuilder(server.resolve(place)).header("Prefer", "wait=" + wait), 200);
    }

    private void awaitRunning(String id) {
        await().atMost(LONG)
                .until(() -> job(id, 0).at("/progress/images").asInt() > 0
                        || job(id, 0).at("/progress/stage").asText().equals("sampling"));
    }

    private static byte[] pictures() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (String name : List.of("base/1.png", "base/2.png", "personalized/1.png", "personalized/2.png")) {
                byte[] rgb = new byte[3 * 64 * 64];
                Arrays.fill(rgb, (byte) name.length());
                zip.putNextEntry(new ZipEntry(name));
                zip.write(PngEncoder.encode(new RgbImage(64, 64, rgb)));
            }
            zip.putNextEntry(new ZipEntry("request.json"));
            zip.write("{\"encoder\": \"mini-clip\", \"prompts\": [\"a red circle\"]}".getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private static void succeeds(JsonNode job) {
        assertThat(job.get("state").asText()).as(job.toString()).isEqualTo("succeeded");
        assertThat(job.at("/result/summary").asText()).isNotBlank();
    }

    @Test
    void everyAcceptedJobEndsAlthoughTheProcessIsKilledAtWork() throws Exception {
        start(Map.of());
        List<String> ids = new ArrayList<>();
        ids.add(submit(LONGER));
        ids.add(submit(QUICK));
        ids.add(json(post("/explanations", "application/zip", pictures()), 202)
                .get("id")
                .asText());
        String comparison = "/comparisons/"
                + json(
                                post("/compare", "application/json", COMPARED.getBytes(StandardCharsets.UTF_8))
                                        .header("Prefer", "respond-async"),
                                202)
                        .get("id")
                        .asText();
        awaitRunning(ids.getFirst());
        // Killed in the moment after it has said that the job is accepted.
        ids.add(submit(QUICK));
        running.close();

        start(Map.of());
        for (String id : ids) {
            succeeds(job(id, 120));
        }
        succeeds(at(comparison, 120));
        running.close();

        start(Map.of());
        succeeds(at(comparison, 0));
        for (String id : ids) {
            JsonNode pairs = json(HttpRequest.newBuilder(server.resolve("/explanations/" + id + "/pairs")), 200);
            assertThat(pairs)
                    .hasSize(2)
                    .allSatisfy(pair -> assertThat(pair.has("personalized")).isTrue());
        }
        try (Stream<Path> left = Files.list(folder.resolve("jobs/pictures"))) {
            assertThat(left.filter(Files::isDirectory)).isEmpty();
        }
        assertThat(Files.readString(folder.resolve("log1")))
                .contains("\"mdc\":{\"explanation\":\"%s\"}".formatted(ids.getFirst()));
    }

    @Test
    void anEndingProcessAnswersWhoWaitsAndPutsBackWhatItCannotFinish() throws Exception {
        start(Map.of("FINEXL_HTTP_CONCURRENT", "2", "FINEXL_HTTP_SHUTDOWN", "12s"));
        String endless = submit(REQUEST.formatted(1000).replace("\"images\": 2", "\"images\": 100"));
        awaitRunning(endless);
        CompletableFuture<HttpResponse<String>> waiting = client.sendAsync(
                post("/explain", "application/json", REQUEST.formatted(20).getBytes(StandardCharsets.UTF_8))
                        .timeout(LONG)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        await().atMost(LONG).until(() -> metrics().contains("finexl_explanations_running 2.0"));
        running.process().destroy();
        assertThat(waiting.get().statusCode()).isEqualTo(200);
        assertThat(running.process().waitFor(2, TimeUnit.MINUTES)).isTrue();

        start(Map.of());
        awaitRunning(endless);
        HttpRequest.Builder cancel = HttpRequest.newBuilder(server.resolve("/explanations/" + endless));
        assertThat(json(cancel.DELETE(), 200).get("state").asText()).isEqualTo("cancelled");
    }

    private String metrics() throws IOException, InterruptedException {
        return client.send(
                        HttpRequest.newBuilder(server.resolve("/q/metrics")).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
