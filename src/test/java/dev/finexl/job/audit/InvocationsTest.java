package dev.finexl.job.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.InvalidRequestException;
import dev.finexl.store.s3.S3Connection;
import dev.finexl.store.s3.S3Location;
import dev.finexl.store.s3.S3Results;
import dev.finexl.store.s3.StorageServer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What events do to storage: uploads become results, once each, and nothing else happens. */
class InvocationsTest extends AuditFixture {

    @Test
    void anUploadBecomesAResultThatSaysWhatChanged() throws Exception {
        String etag = uploads.put("in/team/vivid one.safetensors", Uploads.lora("vivid"));
        Invocations audits = invocations("{\"base\": \"mini-diffusion\", \"images\": 8}", results());
        JsonNode answer = handle(audits, uploads.notification("in/team/vivid one.safetensors", etag));
        assertThat(answer.at("/audits/0/ran").asBoolean()).isTrue();
        assertThat(answer.at("/audits/0/result").asText()).startsWith("audits/models/in/team/vivid_one.safetensors/");
        JsonNode result = result(answer);
        assertThat(result.get("status").asText()).isEqualTo("succeeded");
        assertThat(result.at("/source/key").asText()).isEqualTo("in/team/vivid one.safetensors");
        assertThat(result.at("/source/etag").asText()).isEqualTo(etag.replace("\"", ""));
        assertThat(result.at("/explanation/aspects/0/name").asText()).isEqualTo("vivid");
        assertThat(report(answer))
                .contains(result.at("/explanation/summary").asText().replace("'", "&#39;"))
                .doesNotContain("data:image/png");

        JsonNode again = handle(audits, uploads.eventBridge("in/team/vivid one.safetensors", etag));
        assertThat(again.at("/audits/0/ran").asBoolean()).isFalse();
        assertThat(result(again)).isEqualTo(result);
    }

    @Test
    void aReportShowsThePicturesWhereThatIsAskedFor() throws Exception {
        String request = "{\"base\": \"mini-diffusion\", \"images\": 8}";
        Invocations audits = invocations(results(), settings(request, Duration.ofSeconds(2), true));
        JsonNode answer = handle(audits, uploads.notified("in/shown.safetensors", Uploads.lora("vivid")));
        assertThat(result(answer).get("status").asText()).isEqualTo("succeeded");
        assertThat(report(answer)).contains("data:image/png");
    }

    @Test
    void whatIsNotWatchedOrNoModelIsPassedOver() {
        assertThat(handle(invocations(), uploads.notified("elsewhere/a.safetensors", new byte[] {1}))
                        .toString())
                .isEqualTo(
                        "{\"audits\":[],\"ignored\":[\"s3://models/elsewhere/a.safetensors: not below a watched folder\"]}");
        assertThat(handle(invocations(), uploads.notified("in/notes.txt", new byte[] {1}))
                        .at("/ignored/0")
                        .asText())
                .contains("neither a .safetensors file nor a model_index.json");
        assertThat(handle(invocations(), "{\"Event\": \"s3:TestEvent\"}")
                        .at("/ignored/0")
                        .asText())
                .isEqualTo("s3:TestEvent");
    }

    @Test
    void whatLiesBesideAnUploadSaysHowItIsAudited() throws Exception {
        uploads.put("in/beside/audit.json", "{\"images\": 3, \"weight\": 0.5}".getBytes(StandardCharsets.UTF_8));
        uploads.put("in/beside/own.audit.json", "{\"images\": 4}".getBytes(StandardCharsets.UTF_8));
        JsonNode shared = result(
                handle(invocations(), uploads.notified("in/beside/other.safetensors", Uploads.lora("pixelated"))));
        assertThat(shared.at("/explanation/usage/images").asInt()).isEqualTo(6);
        assertThat(shared.at("/explanation/provenance").toString()).contains("0.5");
        JsonNode own =
                result(handle(invocations(), uploads.notified("in/beside/own.safetensors", Uploads.lora("pixelated"))));
        assertThat(own.at("/explanation/usage/images").asInt()).isEqualTo(8);
    }

    @Test
    void anotherRequestForTheSameVersionIsAnotherAudit() throws Exception {
        String event = uploads.notified("in/twice/a.safetensors", Uploads.lora("vivid"));
        String first = handle(invocations(), event).at("/audits/0/result").asText();
        uploads.put("in/twice/audit.json", "{\"images\": 3}".getBytes(StandardCharsets.UTF_8));
        JsonNode second = handle(invocations(), event);
        assertThat(second.at("/audits/0/ran").asBoolean()).isTrue();
        assertThat(second.at("/audits/0/result").asText()).isNotEqualTo(first);
    }

    @Test
    void aModelDirectoryIsAuditedByItsMarker() throws Exception {
        Path base = Path.of("src/main/resources/models/mini-diffusion");
        storage.upload(base, "models", "in/fine-tune");
        String etag = storage.client()
                .headObject(r -> r.bucket("models").key("in/fine-tune/model_index.json"))
                .eTag();
        JsonNode result = result(handle(invocations(), uploads.notification("in/fine-tune/model_index.json", etag)));
        assertThat(result.get("status").asText()).as(result.toString()).isEqualTo("succeeded");
        assertThat(result.at("/explanation/changed").asBoolean()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "unknown | {\"loras\": []} | the field 'loras' is not accepted",
                "costly | {\"propose\": true} | the field 'propose' is not accepted",
                "range | {\"images\": 1000000} | images",
                "type | {\"images\": []} | is not a request",
                "base | {\"base\": \"/etc\"} | model '/etc' is not in the catalogue",
                "bucket | {\"base\": \"s3://secrets/model\"} | is not below a place that may be read",
                "neighbour | {\"base\": \"s3://models/in/fine-tune\"} | is not below a place that may be read",
                "json | {\"images\": | audit.json is not JSON",
                "array | [] | audit.json is not a JSON object",
            })
    void aBadAuditFileIsTheOutcomeAndSaysWhy(String name, String content, String said) throws Exception {
        uploads.put("in/bad-%s/audit.json".formatted(name), content.getBytes(StandardCharsets.UTF_8));
        JsonNode answer = handle(
                invocations(), uploads.notified("in/bad-%s/a.safetensors".formatted(name), Uploads.lora("vivid")));
        JsonNode result = result(answer);
        assertThat(result.get("status").asText()).isEqualTo("failed");
        assertThat(result.at("/problem/status").asInt()).isEqualTo(400);
        assertThat(result.at("/problem/detail").asText()).contains(said);
        assertThat(result.has("explanation")).isFalse();
    }

    @Test
    void aModelThatCannotBeUsedIsTheOutcomeAndSaysWhy() throws Exception {
        JsonNode broken =
                result(handle(invocations(), uploads.notified("in/broken.safetensors", new byte[] {1, 2, 3})));
        assertThat(broken.get("status").asText()).isEqualTo("failed");
        assertThat(broken.at("/problem/status").asInt()).isEqualTo(422);
        assertThat(broken.at("/problem/detail").asText()).contains("broken.safetensors");

        JsonNode replaced = result(handle(invocations(), uploads.notification("in/broken.safetensors", "\"older\"")));
        assertThat(replaced.at("/problem/detail").asText())
                .contains("in/broken.safetensors")
                .contains("state");

        JsonNode refused = result(handle(invocations(), uploads.notification("in/../x.safetensors", "\"e\"")));
        assertThat(refused.at("/problem/detail").asText()).contains("is refused");
    }

    @Test
    void aFailureOfTheSurroundingsLeavesTheMessageToTheQueueAndTheNextOneDoesIt() throws Exception {
        String event = uploads.notified("in/retried.safetensors", Uploads.lora("vivid"));
        try (S3Connection nowhere = new S3Connection(StorageServer.settings(URI.create("http://127.0.0.1:1")))) {
            Invocations blind = invocations(QUICK, new S3Results(nowhere, S3Location.parse("s3://results/kept")));
            assertThat(handle(blind, message("m1", event)).toString())
                    .isEqualTo("{\"batchItemFailures\":[{\"itemIdentifier\":\"m1\"}]}");
            assertThatThrownBy(() -> handle(blind, event))
                    .isInstanceOf(Invocations.FailedException.class)
                    .hasMessageContaining("in/retried.safetensors");
        }
        JsonNode result = result(handle(invocations(), event));
        assertThat(result.get("status").asText()).isEqualTo("succeeded");
        assertThat(result.get("attempt").asInt()).isEqualTo(3);
    }

    @Test
    void withTooLittleTimeNothingIsBegun() throws Exception {
        String event = uploads.notified("in/late.safetensors", Uploads.lora("vivid"));
        byte[] batch = message("late", event).getBytes(StandardCharsets.UTF_8);
        assertThat(invocations().handle(batch, Instant.now().plusSeconds(1)).toString())
                .contains("late");
        assertThat(result(handle(invocations(), event)).get("attempt").asInt()).isEqualTo(1);
    }

    @Test
    void aMissingResultIsMadeAnew() throws Exception {
        String event = uploads.notified("in/lost.safetensors", Uploads.lora("vivid"));
        String place = handle(invocations(), event).at("/audits/0/result").asText();
        storage.client().deleteObject(r -> r.bucket("results").key("kept/" + place));
        JsonNode again = handle(invocations(), event);
        assertThat(again.at("/audits/0/ran").asBoolean()).isTrue();
        assertThat(result(again).get("attempt").asInt()).isEqualTo(2);
    }

    @Test
    void aBatchFailsOnlyWhatFailed() throws Exception {
        ObjectNode batch = MAPPER.createObjectNode();
        List<String> bodies = List.of(
                uploads.notified("in/batch.safetensors", Uploads.lora("vivid")),
                "junk",
                message("inner", "{}"),
                DIRECT.formatted("no-such-lora"),
                DIRECT.formatted("vivid"));
        var records = batch.putArray("Records");
        for (int i = 0; i < bodies.size(); i++) {
            records.addObject()
                    .put("messageId", "m" + i)
                    .put("eventSource", "aws:sqs")
                    .put("body", bodies.get(i));
        }
        assertThat(handle(invocations(), batch.toString()).toString())
                .isEqualTo("{\"batchItemFailures\":[{\"itemIdentifier\":\"m1\"},{\"itemIdentifier\":\"m2\"}]}");
        List<String> kept =
                storage.client().listObjectsV2(r -> r.bucket("results").prefix("kept/requests/")).contents().stream()
                        .map(object -> object.key())
                        .filter(key -> key.endsWith(".json"))
                        .toList();
        Set<String> statuses = new HashSet<>();
        for (String key : kept) {
            statuses.add(MAPPER.readTree(
                            results().get(key.substring("kept/".length())).orElseThrow())
                    .get("status")
                    .asText());
        }
        assertThat(statuses).containsExactlyInAnyOrder("failed", "succeeded");
    }

    @Test
    void nearTheEndOfItsTimeAnAuditIsWhatIsCertainSoFarAndAnAnswerIsNotKept() throws Exception {
        Duration margin = Duration.ofMinutes(10);
        Invocations hasty =
                invocations("{\"base\": \"mini-diffusion\", \"images\": 400, \"steps\": 4}", results(), margin);
        String event = uploads.notified("in/hasty.safetensors", Uploads.lora("vivid"));
        byte[] bytes = event.getBytes(StandardCharsets.UTF_8);
        JsonNode audit = hasty.handle(bytes, Instant.now().plus(margin).plusSeconds(1));
        JsonNode result = result(audit);
        assertThat(result.at("/explanation/sampling/stopped").asText()).isEqualTo("deadline");
        assertThat(result.at("/explanation/warnings").toString()).contains("Cut short");
        assertThat(handle(hasty, event).at("/audits/0/ran").asBoolean()).isFalse();

        String request = DIRECT.formatted("vivid").replace("\"images\": 2", "\"images\": 400");
        JsonNode answer = hasty.handle(
                request.getBytes(StandardCharsets.UTF_8),
                Instant.now().plus(margin).plusSeconds(1));
        assertThat(answer.at("/sampling/stopped").asText()).isEqualTo("deadline");
        String key = "explanation-" + explainer.key(ExplainRequest.parse(request));
        assertThat(new FileIdempotencyStore(records).begin(key, Instant.now(), Instant.now()))
                .isInstanceOf(IdempotencyStore.Claim.class);
    }

    @Test
    void aRequestIsAnsweredWithItsExplanationAndAgainWithTheSame() {
        JsonNode explanation = handle(invocations(), DIRECT.formatted("null-a"));
        assertThat(explanation.get("method").asText()).isEqualTo("stacked-nnls");
        assertThat(handle(invocations(), DIRECT.formatted("null-a"))).isEqualTo(explanation);
        assertThatThrownBy(() -> handle(invocations(), DIRECT.formatted("no-such-lora")))
                .isInstanceOf(InvalidRequestException.class);
    }
}
