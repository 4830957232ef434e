package dev.finexl.serve.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.PackagedProgram;
import dev.finexl.store.sql.Databases;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The packaged program under load, killed again and again: in the end the ledger has a line for each explanation that a client
 * received, and no other. {@code -Dcrashes=20} kills it more often than the few times that every build has time for.
 */
@ParameterizedClass
@MethodSource("dev.finexl.store.sql.Databases#urls")
class LedgerCrashIT {

    private static final int CRASHES = Integer.getInteger("crashes", 3);
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final String REQUEST = "{\"base\": \"mini-diffusion\", \"loras\": [{\"model\": \"vivid\"}],"
            + " \"images\": 2, \"steps\": 1, \"heads\": [], \"seed\": %d,"
            + " \"concepts\": [{\"name\": \"vivid\"}, {\"name\": \"dark\"}]}";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Parameter
    String kind;

    @TempDir
    Path folder;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Random random = new Random(4711);
    private final AtomicLong seeds = new AtomicLong();
    private Optional<String> database;
    private int port;
    private Process process;
    private volatile boolean enough;

    @BeforeEach
    void choose() throws SQLException, IOException {
        database = kind.equals("h2") ? Optional.empty() : Optional.of(Databases.create(kind));
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
    }

    @AfterEach
    void end() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
        client.close();
    }

    private Process program(Path output, String... arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(PackagedProgram.command(arguments))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .redirectError(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
        Map<String, String> environment = builder.environment();
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
        environment.put("FINEXL_ACCESS", "keys");
        environment.put("FINEXL_CACHE_LOCATION", folder.resolve("answers").toString());
        environment.put("FINEXL_JOBS_DIRECTORY", folder.resolve("jobs").toString());
        environment.put("FINEXL_JOBS_LEASE", "3s");
        environment.put("FINEXL_JOBS_LOSSES", "1000");
        environment.put("FINEXL_TARIFF_EXPLANATION", "1");
        environment.put("FINEXL_TARIFF_CACHED", "1");
        database.ifPresent(url -> environment.put("FINEXL_JOBS_URL", url));
        return builder.start();
    }

    private String makeKey(String tenant) throws IOException, InterruptedException {
        Path output = folder.resolve(tenant);
        assertThat(program(output, "keys", "create", "--tenant", tenant).waitFor())
                .isZero();
        return Files.readString(output).strip();
    }

    private HttpRequest.Builder request(String path, String key) {
        return HttpRequest.newBuilder(URI.create("http://localhost:%d%s".formatted(port, path)))
                .timeout(LONG)
                .header("Authorization", "Bearer " + key);
    }

    private HttpRequest.Builder post(String path, String key, String body) {
        return request(path, key)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8));
    }

    /** Sends the very same request until somebody answers it, as a client does that wants what it has asked for. */
    private HttpResponse<String> send(HttpRequest.Builder request) throws InterruptedException {
        HttpRequest same = request.build();
        while (true) {
            try {
                HttpResponse<String> response = client.send(same, HttpResponse.BodyHandlers.ofString());
                if (response.statusCode() != 503 && response.statusCode() != 429) {
                    return response;
                }
            } catch (IOException _) {
                // It is dead, or died meanwhile.
            }
            Thread.sleep(50);
        }
    }

    /** A client that waits for each answer; the ids of what it received. */
    private List<String> waiting(String key) throws InterruptedException {
        List<String> received = new ArrayList<>();
        while (!enough) {
            HttpResponse<String> answer = send(post("/explain", key, REQUEST.formatted(seeds.getAndAdd(random(2)))));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            String place = answer.headers().firstValue("Content-Location").orElseThrow();
            received.add(place.substring(place.lastIndexOf('/') + 1));
        }
        return received;
    }

    /** Now and then the same seed again, so that some answers are known from before. */
    private synchronized int random(int below) {
        return random.nextInt(below);
    }

    /** A client that asks for jobs and fetches them. */
    private List<String> asking(String key) throws InterruptedException, IOException {
        List<String> received = new ArrayList<>();
        while (!enough) {
            HttpResponse<String> accepted =
                    send(post("/explanations", key, REQUEST.formatted(seeds.incrementAndGet())));
            assertThat(accepted.statusCode()).as(accepted.body()).isIn(200, 202);
            String id = MAPPER.readTree(accepted.body()).get("id").asText();
            JsonNode job;
            do {
                HttpResponse<String> seen =
                        send(request("/explanations/" + id, key).header("Prefer", "wait=5"));
                assertThat(seen.statusCode())
                        .as("accepted, so it is there: " + seen.body())
                        .isEqualTo(200);
                job = MAPPER.readTree(seen.body());
            } while (!job.has("finished"));
            assertThat(job.get("state").asText()).as(job.toString()).isEqualTo("succeeded");
            received.add(id);
        }
        return received;
    }

    @Test
    void theLedgerIsWhatClientsReceived() throws Exception {
        List<String> keys = List.of(makeKey("acme"), makeKey("zeta"));
        process = program(folder.resolve("log"));
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<List<Future<List<String>>>> received = new ArrayList<>();
            for (String key : keys) {
                received.add(List.of(clients.submit(() -> waiting(key)), clients.submit(() -> asking(key))));
            }
            for (int crash = 0; crash < CRASHES; crash++) {
                awaitLines(keys, crash);
                Thread.sleep(random(1500));
                process.destroyForcibly().waitFor();
                process = program(folder.resolve("log"));
            }
            awaitLines(keys, CRASHES);
            enough = true;
            for (int i = 0; i < keys.size(); i++) {
                List<String> all = new ArrayList<>();
                for (Future<List<String>> client : received.get(i)) {
                    all.addAll(client.get());
                }
                JsonNode usage = usage(keys.get(i));
                List<String> lines = usage.get("lines").findValuesAsText("explanation");
                assertThat(all).doesNotHaveDuplicates();
                assertThat(lines).containsExactlyInAnyOrderElementsOf(all);
                assertThat(usage.at("/total/price").decimalValue())
                        .isEqualByComparingTo(BigDecimal.valueOf(all.size()));
                assertThat(all).hasSizeGreaterThan(CRASHES);
            }
        }
    }

    /** Until every tenant has more lines than there were crashes, so that each start has done some work. */
    private void awaitLines(List<String> keys, int crashes) {
        for (String key : keys) {
            await().atMost(LONG.multipliedBy(2))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> usage(key).at("/total/explanations").asInt() > crashes);
        }
    }

    private JsonNode usage(String key) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(request("/usage", key));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return MAPPER.readTree(answer.body());
    }
}
