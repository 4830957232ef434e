package dev.finexl.serve.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.store.s3.StorageServer;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** The function behind Lambda's own protocol, which the event server speaks: a POST is an invocation. */
@QuarkusTest
@QuarkusTestResource(StorageResource.class)
class FunctionHandlerTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String SMALL =
            "{\"base\": \"mini-diffusion\", \"loras\": [{\"model\": \"vivid\"}], \"images\": 2, \"steps\": 2}";

    StorageServer storage;

    @ConfigProperty(name = "quarkus.lambda.mock-event-server.test-port")
    int port;

    private HttpResponse<String> invoke(String event) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:%d/".formatted(port)))
                .POST(HttpRequest.BodyPublishers.ofString(event))
                .header("Content-Type", "application/json")
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void anUploadIsAuditedAndItsResultSaysWhatChanged() throws Exception {
        byte[] lora = getClass()
                .getResourceAsStream("/models/loras/vivid.safetensors")
                .readAllBytes();
        storage.put("models", "uploads/a style+1.safetensors", lora);
        String etag = storage.client()
                .headObject(r -> r.bucket("models").key("uploads/a style+1.safetensors"))
                .eTag();
        String event = """
                {"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "models"},
                 "object": {"key": "uploads/a+style%%2B1.safetensors", "eTag": %s}}}]}""".formatted(MAPPER.writeValueAsString(etag));
        JsonNode audit = MAPPER.readTree(invoke(event).body()).at("/audits/0");
        assertThat(audit.path("status").asText()).isEqualTo("succeeded");
        JsonNode result = MAPPER.readTree(storage.client()
                .getObjectAsBytes(r -> r.bucket("results")
                        .key("audits-of-models/" + audit.path("result").asText()))
                .asByteArray());
        assertThat(result.at("/source/key").asText()).isEqualTo("uploads/a style+1.safetensors");
        assertThat(result.at("/explanation/aspects/0/name").asText()).isEqualTo("vivid");
    }

    @Test
    void aBatchIsAnsweredWithTheMessagesThatFailed() throws Exception {
        assertThat(invoke("""
                {"Records": [{"eventSource": "aws:sqs", "messageId": "bad", "body": "junk"},
                 {"eventSource": "aws:sqs", "messageId": "good", "body": "{\\"Event\\": \\"s3:TestEvent\\"}"}]}""").body()).isEqualTo("{\"batchItemFailures\":[{\"itemIdentifier\":\"bad\"}]}");
    }

    @Test
    void aCallIsAnsweredWithAResponse() throws Exception {
        String body = Base64.getEncoder().encodeToString(SMALL.getBytes(StandardCharsets.UTF_8));
        JsonNode response = MAPPER.readTree(invoke("""
                {"version": "2.0", "rawPath": "/explain", "requestContext": {"http": {"method": "POST"}}, "body": "%s",
                 "isBase64Encoded": true}""".formatted(body)).body());
        assertThat(response.path("statusCode").asInt()).isEqualTo(200);
        assertThat(MAPPER.readTree(response.path("body").asText())
                        .path("summary")
                        .asText())
                .isNotEmpty();
    }

    @Test
    void aRequestIsAnsweredWithTheExplanationAndABadOneIsAnErrorThatNamesTheField() throws Exception {
        assertThat(MAPPER.readTree(invoke(SMALL).body()).path("method").asText())
                .isEqualTo("stacked-nnls");
        HttpResponse<String> refused = invoke("{\"base\": \"mini-diffusion\", \"images\": 1}");
        assertThat(refused.statusCode()).isEqualTo(500);
        assertThat(refused.body()).contains("images");
    }
}
