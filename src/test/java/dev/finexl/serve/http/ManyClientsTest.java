package dev.finexl.serve.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import dev.finexl.job.ExplainGate;
import dev.finexl.job.JobQueue;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.Tensor;
import dev.finexl.serve.BrokenModelsResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Callers who hang up free what they held, and many at once get an answer or are told to come back. */
@QuarkusTest
@QuarkusTestResource(BrokenModelsResource.class)
class ManyClientsTest {

    private static final Duration LONG = Duration.ofMinutes(1);
    private static final String LORA = "{\"base\": \"mini-diffusion\", \"loras\": [{\"model\": \"vivid\"}], ";
    private static final String QUICK = LORA + "\"images\": 2, \"steps\": 2, \"heads\": [],"
            + " \"concepts\": [{\"name\": \"vivid\"}, {\"name\": \"dark\"}]}";
    /** Hours of work, if nobody stops it. */
    private static final String ENDLESS = LORA + "\"images\": 1000, \"steps\": 1000}";

    @Inject
    ExplainGate gate;

    @Inject
    JobQueue queue;

    @BeforeEach
    void isIdle() {
        await().atMost(LONG).until(() -> given().get("/q/health/ready").statusCode() == 200);
        await().atMost(LONG).until(() -> gate.running() == 0 && queue.queued() == 0);
    }

    /** Sends a request and reads nothing of the answer. */
    private static Socket send(String path, String... headers) throws IOException {
        URI server = URI.create(RestAssured.baseURI + ":" + RestAssured.port);
        Socket socket = new Socket(server.getHost(), server.getPort());
        StringBuilder request = new StringBuilder("POST %s HTTP/1.1\r\nHost: localhost\r\n".formatted(path));
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        request.append(
                "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s".formatted(ENDLESS.length(), ENDLESS));
        socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        return socket;
    }

    private void awaitRunning(int running, int waiting) {
        await().atMost(LONG).until(() -> gate.running() == running && gate.waiting() == waiting);
    }

    @Test
    void freesWhatACallerHeldWhoHangsUp() throws IOException {
        given().contentType("application/json")
                .body(QUICK)
                .post("/explain")
                .then()
                .statusCode(200);
        int tensors = Tensor.live();
        int sessions = OnnxSession.live();
        try (Socket running = send("/explain")) {
            awaitRunning(1, 0);
            try (Socket waiting = send("/explain")) {
                awaitRunning(1, 1);
                assertThat(waiting.isConnected()).isTrue();
            }
            awaitRunning(1, 0);
            assertThat(running.isConnected()).isTrue();
        }
        awaitRunning(0, 0);
        assertThat(Tensor.live()).isEqualTo(tensors);
        assertThat(OnnxSession.live()).isEqualTo(sessions);
        given().contentType("application/json")
                .body(QUICK)
                .post("/explain")
                .then()
                .statusCode(200);
    }

    @Test
    void cancelsAJobWhoseIdNobodyHasLearnt() throws IOException {
        try (Socket waiting = send("/explanations", "Prefer: wait=300")) {
            awaitRunning(1, 0);
            assertThat(waiting.isConnected()).isTrue();
        }
        awaitRunning(0, 0);
    }

    @Test
    void answersFiftyAtOnceOrTellsThemToComeBack() throws Exception {
        String quick = QUICK.replace("\"loras\": [{\"model\": \"vivid\"}]", "\"personalized\": \"mini-diffusion\"");
        given().contentType("application/json")
                .body(quick)
                .post("/explain")
                .then()
                .statusCode(200);
        int tensors = Tensor.live();
        int sessions = OnnxSession.live();
        List<Response> responses = new ArrayList<>();
        try (ExecutorService clients = Executors.newFixedThreadPool(50)) {
            List<Future<Response>> sent = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                String path = i % 2 == 0 ? "/explain" : "/explanations";
                sent.add(clients.submit(() ->
                        given().contentType("application/json").body(quick).post(path)));
            }
            for (Future<Response> one : sent) {
                responses.add(one.get());
            }
        }
        assertThat(responses)
                .extracting(Response::statusCode)
                .isSubsetOf(200, 202, 429)
                .contains(200, 202, 429);
        for (Response response : responses) {
            if (response.statusCode() == 202) {
                String id = response.path("id");
                given().header("Prefer", "wait=120")
                        .get("/explanations/" + id)
                        .then()
                        .statusCode(200)
                        .body("state", equalTo("succeeded"));
            } else if (response.statusCode() == 429) {
                assertThat(response.header("Retry-After")).isNotNull();
            }
        }
        awaitRunning(0, 0);
        assertThat(Tensor.live()).isEqualTo(tensors);
        assertThat(OnnxSession.live()).isEqualTo(sessions);
    }
}
