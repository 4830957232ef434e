package dev.finexl.serve.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.embed.PngEncoder;
import dev.finexl.embed.RgbImage;
import dev.finexl.hostile.JsonMutator;
import dev.finexl.hostile.Mutator;
import dev.finexl.job.ExplainGate;
import dev.finexl.job.JobQueue;
import dev.finexl.job.UploadRoom;
import dev.finexl.serve.BrokenModelsResource;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/**
 * Requests that nobody means, against a server that runs: each is answered, or refused in words, and none is the server's
 * fault. {@code -Dfinexl.fuzz=100} sends a hundred times as many.
 */
@QuarkusTest
@QuarkusTestResource(BrokenModelsResource.class)
class HostileRequestsTest {

    private static final int REQUESTS = 900 * Integer.getInteger("finexl.fuzz", 1);

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration LONG = Duration.ofMinutes(2);

    /** Every field there is, each right in itself, of a model that is not there: nothing runs. */
    private static final String EVERYTHING = """
            {"base": "no-such-model", "loras": [{"model": "vivid", "weight": 0.5}],
             "embeddings": [{"model": "glow", "token": "<glow>"}], "encoder": "mini-clip", "vocabulary": "mini",
             "concepts": [{"name": "vivid", "category": "style"}, {"name": "dark"}], "prompts": ["a red circle", "a house"],
             "images": 2, "seed": 7, "steps": 1, "guidanceScale": 1.5, "scheduler": "ddim", "negativePrompt": "dark", "height": 64,
             "width": 64, "method": "stacked-nnls", "confidence": 0.9, "heads": ["mini-levels"], "policy": [{"head": "mini-levels", "output": "dark", "maxRise": 0.1, "maxFall": 1, "maxLevel": 2}],
             "sequential": false, "precision": 0.3, "propose": false, "trigger": "x", "triggerBoth": true, "calibrate": false,
             "schedulerConfig": {"beta_start": 0.001}, "pictures": false}
            """;

    private static final String PICTURES = """
            {"baseImages": "%s/pictures-a", "personalizedImages": "%s/pictures-b", "encoder": "mini-clip", "heads": [],
             "concepts": [{"name": "vivid"}, {"name": "dark"}], "prompts": ["a red circle"], "pairing": "name"}
            """;

    private static final String LORA = """
            {"base": "mini-diffusion", "loras": [{"model": "vivid", "weight": 1.0}], "images": 2, "steps": 1, "height": 16, "width": 16,
             "heads": [], "concepts": [{"name": "vivid"}, {"name": "dark"}], "prompts": ["a red circle"]}
            """;

    private static final String UPLOADED = """
            {"encoder": "mini-clip", "heads": [], "concepts": [{"name": "vivid"}, {"name": "dark"}], "prompts": ["a red circle"]}
            """;

    private static final byte[] PICTURE = PngEncoder.encode(new RgbImage(8, 8, new byte[3 * 64]));

    private final HttpClient client = HttpClient.newHttpClient();
    private final ObjectMapper mapper = new ObjectMapper();

    @ConfigProperty(name = "finexl.models.roots")
    String roots;

    @ConfigProperty(name = "finexl.jobs.uploads")
    MemorySize uploads;

    @Inject
    ExplainGate gate;

    @Inject
    JobQueue queue;

    @Inject
    UploadRoom room;

    /** What became of a request. */
    private enum Outcome {
        ANSWERED,
        REFUSED,
        HUNG_UP
    }

    @Test
    void everyRequestIsAnsweredOrRefused() throws IOException, InterruptedException {
        await().atMost(LONG).until(() -> given().get("/q/health/ready").statusCode() == 200);
        Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
        List<String> wrong = new ArrayList<>();
        for (int seed = 0; seed < REQUESTS; seed++) {
            try {
                outcomes.merge(outcome(seed), 1, Integer::sum);
            } catch (AssertionError e) {
                wrong.add(e.getMessage());
            }
        }
        assertThat(wrong).isEmpty();
        await().atMost(LONG).until(() -> gate.running() == 0 && gate.waiting() == 0 && queue.queued() == 0);
        assertThat(outcomes).containsKeys(Outcome.ANSWERED, Outcome.REFUSED);
        room.take("everything", uploads.asLongValue());
        room.leave("everything");
    }

    private Outcome outcome(int seed) throws IOException, InterruptedException {
        Mutator mutator = new Mutator(seed);
        HttpRequest request = request(mutator);
        HttpResponse<String> response;
        try {
            response = client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (HttpTimeoutException _) {
            return Outcome.HUNG_UP;
        }
        String said = "%s %s with seed %d: %d %s"
                .formatted(request.method(), request.uri(), seed, response.statusCode(), response.body());
        assertThat(response.statusCode()).as(said).isLessThan(500);
        if (response.statusCode() == 400 || response.statusCode() == 422) {
            JsonNode problem = mapper.readTree(response.body());
            assertThat(problem.path("status").asInt()).as(said).isEqualTo(response.statusCode());
            assertThat(problem.path("detail").asText() + problem.path("violations"))
                    .as(said)
                    .isNotBlank();
        }
        if (response.statusCode() < 300 && request.uri().getPath().equals("/explanations")) {
            JsonNode job = mapper.readTree(response.body());
            assertThat(job.path("problem").path("status").asInt()).as(said).isLessThan(500);
            if (job.path("result").isMissingNode() && job.path("problem").isMissingNode()) {
                given().delete("/explanations/" + job.path("id").asText());
            }
        }
        return response.statusCode() < 400 ? Outcome.ANSWERED : Outcome.REFUSED;
    }

    private HttpRequest request(Mutator mutator) throws IOException {
        return switch (mutator.random().nextInt(10)) {
            case 0 -> get(mutator);
            case 1 -> post("/explanations", "application/zip", spoiltOrNot(mutator, zip(mutator)));
            case 2 -> post("/explanations", "multipart/form-data; boundary=b", spoiltOrNot(mutator, parts(mutator)));
            case 3 -> post("/explanations", "application/json", json(mutator));
            case 4 ->
                post(
                        mutator.oneOf("/invocations", "/explain", "/explanations"),
                        mutator.oneOf(
                                "application/json",
                                "application/json; charset=utf-16",
                                "text/plain",
                                "application/zip",
                                "multipart/form-data"),
                        json(mutator));
            default -> post("/explain", "application/json", json(mutator));
        };
    }

    private byte[] json(Mutator mutator) {
        String json = mutator.oneOf(
                EVERYTHING, EVERYTHING, EVERYTHING, EVERYTHING, EVERYTHING, PICTURES.formatted(roots, roots), LORA);
        return new JsonMutator(mutator.random().nextLong()).spoil(json);
    }

    private static byte[] spoiltOrNot(Mutator mutator, byte[] body) {
        return mutator.random().nextBoolean() ? mutator.spoil(body) : body;
    }

    private byte[] zip(Mutator mutator) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes)) {
            for (String name : new String[] {
                "base/0.png", "personalized/0.png", "base/1.png", mutator.oneOf("personalized/1.png", name(mutator))
            }) {
                zip.putArchiveEntry(new ZipArchiveEntry(name));
                zip.write(PICTURE);
                zip.closeArchiveEntry();
            }
            zip.putArchiveEntry(new ZipArchiveEntry("request.json"));
            zip.write(new JsonMutator(mutator.random().nextLong()).spoil(UPLOADED));
            zip.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }

    private static byte[] parts(Mutator mutator) {
        StringBuilder body = new StringBuilder();
        body.append("--b\r\nContent-Disposition: form-data; name=\"request\"\r\n\r\n")
                .append(new String(
                        new JsonMutator(mutator.random().nextLong()).spoil(UPLOADED), StandardCharsets.ISO_8859_1));
        for (String side :
                new String[] {"baseImages", "personalizedImages", mutator.oneOf("baseImages", "other", "request")}) {
            body.append("\r\n--b\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\n\r\n"
                            .formatted(side, name(mutator)))
                    .append(new String(PICTURE, StandardCharsets.ISO_8859_1));
        }
        return body.append("\r\n--b--\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String name(Mutator mutator) {
        return mutator.oneOf(
                "0.png",
                "1.png",
                "2.png",
                "../../escaped.png",
                "/etc/passwd",
                "",
                ".",
                "..",
                "a\\b.png",
                "x".repeat(300),
                "\u4e2d".repeat(100),
                "nul\u0000.png",
                "base/0.png",
                "${jndi:ldap:x}",
                "%s%n");
    }

    private static HttpRequest get(Mutator mutator) {
        String path = mutator.oneOf(
                "/models/",
                "/explanations/",
                "/explanations/%s/events",
                "/explanations/%s/report",
                "/explanations/%s/pictures",
                "/");
        String id = mutator.oneOf(
                "vivid",
                "mini-clip",
                "../../etc/passwd",
                "/etc/passwd",
                "s3://bucket/x",
                "classpath:..",
                "\u0000",
                "x".repeat(3000),
                "'; drop table explanation_job; --",
                new String(
                        mutator.spoil("AAAAAAAAAAAAAAAAAAAAAA".getBytes(StandardCharsets.UTF_8)),
                        StandardCharsets.UTF_8));
        String encoded = URLEncoder.encode(id, StandardCharsets.UTF_8);
        return builder(path.contains("%s") ? path.formatted(encoded) : path + encoded)
                .method(mutator.oneOf("GET", "GET", "DELETE", "HEAD", "PUT", "OPTIONS"), BodyPublishers.noBody())
                .build();
    }

    private static HttpRequest post(String path, String type, byte[] body) {
        return builder(path)
                .header("Content-Type", type)
                .header("Prefer", "wait=20")
                .POST(BodyPublishers.ofByteArray(body))
                .build();
    }

    private static HttpRequest.Builder builder(String path) {
        return HttpRequest.newBuilder(URI.create("%s:%d%s".formatted(RestAssured.baseURI, RestAssured.port, path)))
                .timeout(PATIENCE);
    }
}
