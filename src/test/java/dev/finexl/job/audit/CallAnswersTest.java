package dev.finexl.job.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.store.DirectoryResults;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** What a gateway is told. */
class CallAnswersTest extends AuditFixture {

    @Test
    void aCallIsAnsweredWithAStatus() throws Exception {
        JsonNode answer = call("POST", "/explain", DIRECT.formatted("vivid"));
        assertThat(answer.get("statusCode").asInt()).isEqualTo(200);
        assertThat(answer.at("/headers/content-type").asText()).isEqualTo("application/json");
        assertThat(MAPPER.readTree(answer.get("body").asText()).get("summary").asText())
                .isNotEmpty();
        assertProblem(400, "no-such-lora", call("POST", "/explain", DIRECT.formatted("no-such-lora")));
        assertProblem(400, "is not JSON", call("POST", "/explain", "{"));
        assertProblem(400, "expected a request", call("POST", "/explain", "{\"Records\": []}"));
        assertProblem(
                400,
                "steps",
                call("POST", "/explain", DIRECT.formatted("vivid").replace("\"steps\": 2", "\"steps\": 0")));
        assertProblem(404, "POST /explain", call("POST", "/", "{}"));
        JsonNode wrong = call("GET", "/explain", "");
        assertProblem(405, "expected POST", wrong);
        assertThat(wrong.at("/headers/allow").asText()).isEqualTo("POST");
    }

    @Test
    void aCallForWhatIsBeingAnsweredIsTurnedAway() throws Exception {
        String request = DIRECT.formatted("pixelated");
        String key = explainer.key(ExplainRequest.parse(request));
        new FileIdempotencyStore(records)
                .begin("explanation-" + key, Instant.now(), Instant.now().plusSeconds(600));
        JsonNode answer = call("POST", "/explain", request);
        assertProblem(409, "come back", answer);
        assertThat(answer.at("/headers/retry-after").asInt()).isBetween(1, 600);
        assertThatThrownBy(() -> handle(invocations(), request))
                .isInstanceOf(Invocations.FailedException.class)
                .hasMessageContaining("is being answered");
    }

    @Test
    void aCallThatCannotBeServedNowSaysSoWithoutTheReason() throws Exception {
        Path file = Files.writeString(records.resolve("no-folder"), "");
        Invocations broken = invocations(QUICK, new DirectoryResults(file));
        JsonNode answer = handle(broken, callEvent("POST", "/explain", DIRECT.formatted("vivid")));
        assertProblem(503, "come back", answer);
        assertThat(answer.toString()).doesNotContain("no-folder");
        byte[] call = callEvent("POST", "/explain", DIRECT.formatted("vivid")).getBytes(StandardCharsets.UTF_8);
        assertProblem(504, "the time was up", invocations().handle(call, Instant.now()));
    }

    private JsonNode call(String method, String path, String body) {
        return handle(invocations(), callEvent(method, path, body));
    }

    private static String callEvent(String method, String path, String body) {
        ObjectNode event = MAPPER.createObjectNode()
                .put("rawPath", path)
                .put("isBase64Encoded", true)
                .put("body", Base64.getEncoder().encodeToString(body.getBytes(StandardCharsets.UTF_8)));
        event.putObject("requestContext").putObject("http").put("method", method);
        return event.toString();
    }

    private static void assertProblem(int status, String said, JsonNode answer) throws IOException {
        assertThat(answer.get("statusCode").asInt()).isEqualTo(status);
        assertThat(answer.at("/headers/content-type").asText()).isEqualTo("application/problem+json");
        JsonNode problem = MAPPER.readTree(answer.get("body").asText());
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        assertThat(problem.get("detail").asText()).contains(said);
    }
}
