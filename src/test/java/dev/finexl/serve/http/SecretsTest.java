package dev.finexl.serve.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.finexl.ChatServer;
import dev.finexl.account.ApiKeys;
import dev.finexl.account.IssuerServer;
import dev.finexl.account.Scope;
import dev.finexl.account.Tenant;
import dev.finexl.store.s3.StorageServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.Test;

/**
 * A service that has been told secrets and whose callers tell it theirs, with everything logged that there is to log: no
 * line of the log and no answer has one of them.
 */
@QuarkusTest
@TestProfile(SecretsTest.Profile.class)
class SecretsTest {

    private static final String PROPOSER_KEY = "sk-proposer-0123456789-secret";
    private static final String STORAGE_SECRET = "storage/0123456789+secret";
    private static final String DATABASE_PASSWORD = "database-0123456789-secret";
    private static final String COOKIE = "cookie-0123456789-secret";
    private static final String WRONG_KEY = "fx_" + "wrongKey".repeat(5) + "wro";

    private static final Duration LONG = Duration.ofMinutes(2);

    @Inject
    ApiKeys keys;

    IssuerServer issuer;

    /** Everything is logged, and nothing of it on the console of the tests. */
    public static final class Profile implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "finexl.oidc.audience", IssuerServer.AUDIENCE,
                    "finexl.jobs.url", "jdbc:h2:mem:secrets;DB_CLOSE_DELAY=-1",
                    "finexl.jobs.user", "sa",
                    "finexl.jobs.password", DATABASE_PASSWORD,
                    "quarkus.log.level", "DEBUG",
                    "quarkus.log.category.\"dev.finexl\".level", "DEBUG",
                    "quarkus.log.console.level", "ERROR");
        }

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(Servers.class));
        }
    }

    /** An object store with a LoRA in it, and a vision-language model that repeats what it was told. */
    public static final class Servers implements QuarkusTestResourceLifecycleManager {

        private static final String WORDS = "{\"concepts\": [{\"name\": \"painterly\", \"category\": \"style\"}]}";

        private final IssuerServer issuer = new IssuerServer();
        private StorageServer storage;
        private ChatServer chat;
        private Path cache;

        @Override
        public Map<String, String> start() {
            try {
                storage = new StorageServer();
                System.setProperty("aws.secretAccessKey", STORAGE_SECRET);
                storage.bucket("models");
                storage.put(
                        "models",
                        "vivid.safetensors",
                        Files.readAllBytes(Path.of("src/main/resources/models/loras/vivid.safetensors")));
                chat = new ChatServer(ChatServer.says(WORDS), (exchange, _) -> {
                    byte[] told = ("who is " + exchange.getRequestHeaders().getFirst("Authorization") + "?")
                            .getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(401, told.length);
                    exchange.getResponseBody().write(told);
                });
                cache = Files.createTempDirectory("finexl-secrets-");
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            return Map.of(
                    "finexl.oidc.issuer",
                    issuer.issuer().toString(),
                    "finexl.storage.endpoint",
                    storage.endpoint().toString(),
                    "finexl.storage.path-style",
                    "true",
                    "finexl.storage.region",
                    "us-east-1",
                    "finexl.storage.allowed",
                    "s3://models",
                    "finexl.storage.cache",
                    cache.toString(),
                    "finexl.proposer.base-url",
                    chat.baseUrl().toString(),
                    "finexl.proposer.model",
                    "looker",
                    "finexl.proposer.api-key",
                    PROPOSER_KEY);
        }

        @Override
        public void inject(TestInjector injector) {
            injector.injectIntoFields(issuer, new TestInjector.MatchesType(IssuerServer.class));
        }

        @Override
        public void stop() {
            issuer.close();
            System.setProperty("aws.secretAccessKey", "test");
            try (Stream<Path> paths = Files.walk(cache)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
                chat.close();
                storage.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Writes down what is logged, as a console would show it. */
    private static final class Recorder extends ExtHandler {

        private final List<String> lines = new CopyOnWriteArrayList<>();

        Recorder() {
            setLevel(Level.ALL);
            setFormatter(new PatternFormatter("%p [%c] %X %s%e"));
        }

        /** The clients of the test run in the same process, and log what they send. */
        @Override
        protected void doPublish(ExtLogRecord entry) {
            if (!entry.getLoggerName().startsWith("org.apache.http.")) {
                lines.add(getFormatter().format(entry));
            }
        }
    }

    private static String request(String lora, long seed) {
        return """
                {"base": "mini-diffusion", "loras": [{"model": "s3://models/%s"}], "images": 2, "steps": 2, "seed": %d,
                 "propose": true, "heads": [], "concepts": [{"name": "vivid"}, {"name": "dark"}]}""".formatted(lora, seed);
    }

    private static Response post(String path, String key, String request) {
        return given().header("Authorization", "Bearer " + key)
                .header("Prefer", "wait=60")
                .cookie("session", COOKIE)
                .contentType("application/json")
                .body(request)
                .post(path);
    }

    @Test
    void tellsNobodyWhatItWasTold() {
        await().atMost(LONG).until(() -> given().get("/q/health/ready").statusCode() == 200);
        Recorder recorder = new Recorder();
        java.util.logging.Logger root = LogManager.getLogManager().getLogger("");
        root.addHandler(recorder);
        List<Response> answers = new ArrayList<>();
        String token = issuer.token(new Tenant("secrets-test"), EnumSet.of(Scope.READ));
        String forged = issuer.token(IssuerServer.rsaKey("first"), new Tenant("secrets-test"), EnumSet.of(Scope.READ));
        String key;
        try {
            key = keys.create(new Tenant("secrets-test"), EnumSet.of(Scope.EXPLAIN, Scope.READ), null, "test")
                    .secret();
            Logger.getLogger("dev.finexl.canary").debug("a line of the lowest level");
            answers.add(post("/explain", key, request("vivid.safetensors", 1)));
            answers.add(post("/explain", key, request("vivid.safetensors", 2)));
            answers.add(post("/explanations", key, request("vivid.safetensors", 3)));
            answers.add(post("/explain", key, request("missing.safetensors", 4)));
            answers.add(post("/explain", WRONG_KEY, request("vivid.safetensors", 5)));
            answers.add(given().header("X-API-Key", key).get("/models"));
            answers.add(given().header("Authorization", "Bearer " + token).get("/models"));
            answers.add(given().header("Authorization", "Bearer " + forged).get("/models"));
        } finally {
            root.removeHandler(recorder);
        }
        assertThat(answers).extracting(Response::statusCode).containsExactly(200, 200, 200, 400, 401, 200, 200, 401);
        assertThat(answers.get(0).asString()).contains("painterly");
        assertThat(answers.get(1).asString()).contains("HTTP 401");
        assertThat(recorder.lines)
                .anyMatch(line -> line.contains("a line of the lowest level"))
                .anyMatch(line -> line.startsWith("DEBUG [software.amazon.awssdk"));

        List<String> everything = new ArrayList<>(recorder.lines);
        answers.forEach(answer -> everything.add(answer.headers() + answer.asString()));
        List<String> secrets =
                new ArrayList<>(List.of(PROPOSER_KEY, STORAGE_SECRET, DATABASE_PASSWORD, COOKIE, WRONG_KEY, key));
        for (String shown : List.of(token, forged)) {
            // Neither what it says nor its signature; how all of them begin is no secret.
            secrets.addAll(List.of(shown.split("\\.")).subList(1, 3));
        }
        for (String secret : secrets) {
            assertThat(everything).noneMatch(line -> line.contains(secret));
        }
    }
}
