package dev.finexl.serve.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import dev.finexl.job.trace.OtlpReceiver;
import dev.finexl.job.trace.OtlpReceiver.Received;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is sent of explanations to a receiver of spans, by a service that is told of one. */
@QuarkusTest
@TestProfile(TracesTest.Profile.class)
class TracesTest {

    private static final String TRACE = "%032x";
    private static final String SPAN = "00f067aa0ba902b7";
    private static final String PROMPT = "a red circle that nobody may know of";
    private static final Duration LONG = Duration.ofMinutes(2);
    private static long traces = System.nanoTime();

    OtlpReceiver receiver;

    /** With a receiver of its own. */
    public static final class Profile implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "finexl.jobs.url", "jdbc:h2:mem:traces;DB_CLOSE_DELAY=-1",
                    "finexl.cache.location", "target/traces-answers-" + System.nanoTime(),
                    "finexl.index.location", "target/traces-index-" + System.nanoTime(),
                    "otel.traces.exporter", "otlp",
                    "otel.bsp.schedule.delay", "100");
        }

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(Receiver.class));
        }
    }

    /** The receiver, which is given to the field of a test that wants it. */
    public static final class Receiver implements QuarkusTestResourceLifecycleManager {

        private OtlpReceiver server;

        @Override
        public Map<String, String> start() {
            server = new OtlpReceiver();
            return Map.of("otel.exporter.otlp.endpoint", server.endpoint().toString());
        }

        @Override
        public void inject(TestInjector injector) {
            injector.injectIntoFields(server, new TestInjector.MatchesType(OtlpReceiver.class));
        }

        @Override
        public void stop() {
            server.close();
        }
    }

    private static RequestSpecification request(String trace, long seed) {
        return given().contentType(ContentType.JSON)
                .header("traceparent", "00-%s-%s-01".formatted(trace, SPAN))
                .body("""
                        {"base": "mini-diffusion", "loras": [{"model": "vivid"}], "images": 2, "steps": 1, "seed": %d,
                         "prompts": ["%s"], "heads": [], "concepts": [{"name": "vivid"}, {"name": "dark"}]}""".formatted(seed, PROMPT));
    }

    private Map<String, List<Received>> received(String trace) {
        return received(trace, "explain");
    }

    private Map<String, List<Received>> received(String trace, String whole) {
        await().atMost(LONG)
                .until(() -> receiver.spans().stream()
                        .anyMatch(span ->
                                span.trace().equals(trace) && span.name().equals(whole)));
        return receiver.spans().stream()
                .filter(span -> span.trace().equals(trace))
                .collect(Collectors.groupingBy(Received::name));
    }

    private static void assertWhole(Map<String, List<Received>> spans, String id) {
        assertThat(spans.get("explain")).hasSize(1);
        Received explanation = spans.get("explain").getFirst();
        assertThat(explanation.parent()).isEqualTo(SPAN);
        assertThat(explanation.error()).isFalse();
        assertThat(explanation.attributes())
                .containsEntry("finexl.explanation", id)
                .containsEntry("finexl.method", "stacked-nnls")
                .containsEntry("finexl.provider", "cpu")
                .containsEntry("finexl.cached", false)
                .containsEntry("finexl.images", 4L)
                .containsKey("finexl.denoiser.evaluations")
                .hasSize(6);
        assertThat(spans).containsKeys("waiting", "loading", "sampling", "embedding", "concepts", "decomposition");
        assertWithin(spans, explanation);
        long first = spans.get("sampling").getFirst().start();
        assertThat(spans.get("decomposition").getLast().start()).isGreaterThan(first);
    }

    private static void assertWithin(Map<String, List<Received>> spans, Received whole) {
        spans.forEach((name, of) -> {
            if (!name.equals(whole.name())) {
                assertThat(of).as(name).allSatisfy(span -> {
                    assertThat(span.parent()).isEqualTo(whole.id());
                    assertThat(span.start()).isBetween(whole.start(), whole.end());
                    assertThat(span.end()).isBetween(span.start(), whole.end());
                });
            }
        });
    }

    /** The id of what is answered at once. */
    private static String answeredTo(RequestSpecification request, String path) {
        String place = request.post(path).then().statusCode(200).extract().header("Content-Location");
        return place.substring(place.lastIndexOf('/') + 1);
    }

    /** The id of a job that is waited for. */
    private static String waitedFor(RequestSpecification request, String path) {
        return request.header("Prefer", "wait=120")
                .post(path)
                .then()
                .statusCode(200)
                .body("state", equalTo("succeeded"))
                .extract()
                .path("id");
    }

    @Test
    void followsACallerWhoWaits() {
        String trace = TRACE.formatted(traces++);
        String id = answeredTo(request(trace, traces), "/explain");
        assertWhole(received(trace), id);
        assertThat(receiver.bodies()).noneMatch(body -> body.contains(PROMPT) || body.contains("vivid"));
    }

    @Test
    void followsAJobThatRunsLater() {
        String trace = TRACE.formatted(traces++);
        String id = waitedFor(request(trace, traces), "/explanations");
        assertWhole(received(trace), id);
    }

    private static RequestSpecification comparison(String trace, long seed) {
        return given().contentType(ContentType.JSON)
                .header("traceparent", "00-%s-%s-01".formatted(trace, SPAN))
                .body("""
                        {"models": [{"loras": [{"model": "vivid"}]}, {"loras": [{"model": "pixelated"}]}],
                         "request": {"base": "mini-diffusion", "images": 2, "steps": 1, "seed": %d,
                                     "prompts": ["%s"], "concepts": [{"name": "vivid"}, {"name": "dark"}]}}""".formatted(seed, PROMPT));
    }

    private void assertCompared(String trace, String id) {
        Map<String, List<Received>> spans = received(trace, "compare");
        assertThat(spans.get("compare")).hasSize(1);
        Received comparison = spans.get("compare").getFirst();
        assertThat(comparison.parent()).isEqualTo(SPAN);
        assertThat(comparison.error()).isFalse();
        assertThat(comparison.attributes())
                .containsEntry("finexl.comparison", id)
                .containsEntry("finexl.method", "stacked-nnls")
                .containsEntry("finexl.provider", "cpu")
                .containsEntry("finexl.images", 6L)
                .containsKey("finexl.denoiser.evaluations")
                .hasSize(5);
        assertThat(spans)
                .containsOnlyKeys(
                        "compare", "waiting", "loading", "sampling", "embedding", "concepts", "decomposition");
        assertWithin(spans, comparison);
        assertThat(receiver.bodies()).noneMatch(body -> body.contains(PROMPT) || body.contains("vivid"));
    }

    @Test
    void followsAComparison() {
        String trace = TRACE.formatted(traces++);
        String id = answeredTo(comparison(trace, traces), "/compare");
        assertCompared(trace, id);
    }

    @Test
    void followsAComparisonThatIsAJob() {
        String trace = TRACE.formatted(traces++);
        String id = waitedFor(comparison(trace, traces), "/compare");
        assertCompared(trace, id);
    }

    @Test
    void followsAChoice() {
        String trace = TRACE.formatted(traces++);
        given().contentType(ContentType.JSON)
                .header("traceparent", "00-%s-%s-01".formatted(trace, SPAN))
                .body("""
                        {"wish": "vivid", "models": ["vivid:0.4", "pixelated:0.4"],
                         "request": {"base": "mini-diffusion", "images": 2, "steps": 1, "seed": %d, "prompts": ["%s"]}}""".formatted(traces, PROMPT))
                .post("/select")
                .then()
                .statusCode(200)
                .body("explained", equalTo(2));
        Map<String, List<Received>> spans = received(trace, "select");
        Received choice = spans.get("select").getFirst();
        assertThat(choice.parent()).isEqualTo(SPAN);
        assertThat(choice.attributes())
                .containsEntry("finexl.images", 6L)
                .containsKeys("finexl.selection", "finexl.denoiser.evaluations")
                .hasSize(3);
        assertThat(spans).containsKeys("waiting", "loading", "sampling", "embedding", "concepts", "decomposition");
        assertWithin(spans, choice);
        assertThat(receiver.bodies()).noneMatch(body -> body.contains(PROMPT) || body.contains("vivid"));
    }

    @Test
    void followsASearch() {
        String trace = TRACE.formatted(traces++);
        given().contentType(ContentType.JSON)
                .header("traceparent", "00-%s-%s-01".formatted(trace, SPAN))
                .body("{\"like\": \"no-such-model\"}")
                .post("/select")
                .then()
                .statusCode(400);
        assertThat(received(trace, "select").get("select").getFirst().error()).isTrue();
    }

    @Test
    void saysWhatIsAnsweredFromMemory() {
        String trace = TRACE.formatted(traces++);
        long seed = traces;
        request(TRACE.formatted(traces++), seed).post("/explain").then().statusCode(200);
        request(trace, seed).post("/explain").then().body("usage.cached", equalTo(true));
        Map<String, List<Received>> spans = received(trace);
        assertThat(spans).doesNotContainKey("sampling");
        assertThat(spans.get("explain").getFirst().attributes())
                .containsEntry("finexl.cached", true)
                .containsEntry("finexl.images", 0L);
    }

    @Test
    void beginsATraceForACallerWithoutOne() {
        given().contentType(ContentType.JSON)
                .header("traceparent", "nonsense")
                .body("{\"base\": \"no-such-model\"}")
                .post("/explain")
                .then()
                .statusCode(400);
        await().atMost(LONG)
                .until(() -> receiver.spans().stream()
                        .anyMatch(span ->
                                span.name().equals("explain") && span.parent().isEmpty() && span.error()));
        assertThat(receiver.bodies()).noneMatch(body -> body.contains("no-such-model"));
    }
}
