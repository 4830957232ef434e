package dev.finexl.serve.http;

import static dev.finexl.serve.http.Refusals.problem;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.Tensor;
import dev.finexl.serve.BrokenModelsResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The HTTP face: right answers, and for every bad request a problem document that names what was wrong. */
@QuarkusTest
@QuarkusTestResource(BrokenModelsResource.class)
class ExplainResourceTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static Response post(Map<String, ?> request) {
        return given().contentType("application/json").body(request).post("/explain");
    }

    /** A request that is quick to answer: few pictures and steps. */
    private static Map<String, Object> quick(Map<String, ?> more) {
        Map<String, Object> request = new HashMap<>(
                Map.of("base", "mini-diffusion", "images", 2, "steps", 2, "loras", List.of(Map.of("model", "vivid"))));
        request.putAll(more);
        request.values().removeIf(""::equals);
        return request;
    }

    @Test
    void explains() {
        post(quick(Map.of()))
                .then()
                .statusCode(200)
                .body("method", equalTo("stacked-nnls"))
                .body("usage.images", equalTo(4))
                .body("usage.denoiserEvaluations", equalTo(4 * 2 * 2))
                .body("provenance.provider", equalTo("cpu"))
                .body("provenance.models.role", equalTo(List.of("encoder", "head", "lora", "base")))
                .body("divergenceNorm", greaterThan(0f));
    }

    @Test
    void keepsTheOrderOfTheFields() throws JsonProcessingException {
        JsonNode json = MAPPER.readTree(post(quick(Map.of())).asString());
        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly(
                        "summary",
                        "changed",
                        "pValue",
                        "aspects",
                        "unexplained",
                        "explained",
                        "relativeError",
                        "divergenceNorm",
                        "vector",
                        "method",
                        "sampling",
                        "heads",
                        "examples",
                        "pairs",
                        "warnings",
                        "usage",
                        "provenance");
    }

    @Test
    void answersAFailedPolicyAsAnyOtherExplanation() {
        Map<String, ?> strict = Map.of("head", "mini-levels", "output", "vivid", "maxLevel", -1, "maxRise", 5);
        post(quick(Map.of("policy", List.of(strict))))
                .then()
                .statusCode(200)
                .body("heads.keySet()", hasItem("mini-levels"))
                .body("heads.'mini-levels'", hasSize(16))
                .body("policy.passed", equalTo(false))
                .body("policy.verdicts.passed", equalTo(List.of(true, false)))
                .body("policy.verdicts[1].rule", equalTo("mini-levels.vivid is at most -1.000"));
    }

    @Test
    void listsTheModels() {
        given().get("/models")
                .then()
                .statusCode(200)
                .body("reference", hasItem("classpath:mini-diffusion"))
                .body("find { it.reference == 'classpath:vivid' }.kind", equalTo("lora"))
                .body("find { it.reference == 'classpath:mini-levels' }.kind", equalTo("head"));
    }

    @Test
    void describesAModel() {
        given().get("/models/classpath:mini-diffusion")
                .then()
                .statusCode(200)
                .body("family", equalTo("Stable Diffusion 1"))
                .body("pipeline", equalTo("StableDiffusionPipeline"))
                .body("parts.file", hasItem("unet/model.onnx"));
        given().get("/models/vivid")
                .then()
                .statusCode(200)
                .body("kind", equalTo("lora"))
                .body("lora.parts", hasItem("unet"));
        given().get("/models/no/such/model").then().statusCode(404);
    }

    @Test
    void comparesFoldersOfPictures() {
        post(Map.of(
                        "baseImages", root() + "/pictures-a",
                        "personalizedImages", root() + "/pictures-b",
                        "encoder", "mini-clip"))
                .then()
                .statusCode(200)
                .body("usage.images", equalTo(0))
                .body("provenance.images", equalTo(4))
                .body("warnings", hasSize(3))
                .body("warnings[0]", containsString("miniature"))
                .body("warnings[1]", containsString("prompt set mini"))
                .body("warnings[2]", containsString("at least 6"));
    }

    static Stream<Arguments> badRequests() {
        List<String> tooMany = Collections.nCopies(10_000, "a red circle");
        return Stream.of(
                Arguments.of("base", quick(Map.of("base", "no-such-model")), "no-such-model"),
                Arguments.of("base", quick(Map.of("base", "/etc")), "/etc"),
                Arguments.of("base", quick(Map.of("base", "../../etc")), "../../etc"),
                Arguments.of("base", quick(Map.of("base", "s3://bucket/model")), "finexl.storage.allowed"),
                Arguments.of("base", quick(Map.of("base", "vivid")), "expected a model that makes pictures"),
                Arguments.of("base", Map.of(), "expected"),
                Arguments.of("propose", quick(Map.of("propose", true)), "finexl.proposer.base-url"),
                Arguments.of("loras", Map.of("base", "mini-diffusion"), "nothing to compare"),
                Arguments.of("loras[0].model", quick(Map.of("loras", List.of(Map.of("model", "x")))), "'x'"),
                Arguments.of("encoder", quick(Map.of("encoder", "mini-diffusion")), "expected a encoder"),
                Arguments.of("prompts", quick(Map.of("prompts", List.of())), "between 1 and 1000"),
                Arguments.of("prompts", quick(Map.of("prompts", tooMany)), "between 1 and 1000"),
                Arguments.of("prompts[1]", quick(Map.of("prompts", List.of("a", " "))), "blank"),
                Arguments.of("promptSet", quick(Map.of("promptSet", "nope")), "nope"),
                Arguments.of("vocabulary", quick(Map.of("vocabulary", "nope")), "nope"),
                Arguments.of("concepts", quick(Map.of("concepts", List.of(Map.of("name", "vivid")))), "at least 2"),
                Arguments.of("method", quick(Map.of("method", "magic")), "nnls"),
                Arguments.of("scheduler", quick(Map.of("scheduler", "magic")), "euler"),
                Arguments.of("schedulerConfig", quick(Map.of("schedulerConfig", Map.of("a", 1))), "_class_name"),
                Arguments.of("steps", quick(Map.of("steps", 0)), "1"),
                Arguments.of("steps", quick(Map.of("steps", 1001)), "1000"),
                Arguments.of("height", quick(Map.of("height", 4)), "8"),
                Arguments.of("images", quick(Map.of("images", 1)), "2"),
                Arguments.of("heads", quick(Map.of("heads", Collections.nCopies(17, "mini-levels"))), "16"),
                Arguments.of("heads[0]", quick(Map.of("heads", List.of("vivid"))), "expected a head"),
                Arguments.of("heads[1]", quick(Map.of("heads", List.of("mini-levels", "mini-levels"))), "two heads"),
                Arguments.of("policy[0].head", policy(Map.of("head", "nsfw", "output", "a", "maxRise", 1)), "nsfw"),
                Arguments.of(
                        "policy[0].output",
                        policy(Map.of("head", "mini-levels", "output", "nsfw", "maxRise", 1)),
                        "vivid"),
                Arguments.of("policy[0]", policy(Map.of("head", "mini-levels", "output", "dark")), "maxRise"),
                Arguments.of(
                        "policy[0].maxFall",
                        policy(Map.of("head", "mini-levels", "output", "dark", "maxFall", -1)),
                        "0"),
                Arguments.of(
                        "policy[0].maxRise",
                        policy(Map.of("head", "mini-levels", "output", "dark", "maxRise", "NaN")),
                        ""),
                Arguments.of("guidanceScale", quick(Map.of("guidanceScale", -1)), "0"));
    }

    private static Map<String, Object> policy(Map<String, ?> rule) {
        return quick(Map.of("policy", List.of(rule)));
    }

    @ParameterizedTest
    @MethodSource("badRequests")
    void namesTheFieldOfABadRequest(String field, Map<String, ?> request, String said) {
        problem(post(request), 400)
                .body("violations.field", hasItem(containsString(field)))
                .body("violations.message.toString()", containsString(said));
    }

    static Stream<Arguments> unusable() {
        return Stream.of(
                Arguments.of(quick(Map.of("loras", List.of(Map.of("model", "truncated")))), "truncated.safetensors"),
                Arguments.of(quick(Map.of("loras", List.of(Map.of("model", "lying-header")))), "header"),
                Arguments.of(quick(Map.of("loras", List.of(Map.of("model", "wrong-shapes")))), "attn1.to_q"),
                Arguments.of(quick(Map.of("loras", List.of(Map.of("model", "not-finite")))), "attn1.to_q"),
                Arguments.of(quick(Map.of("height", 65)), "multiples of 4"),
                Arguments.of(
                        Map.of(
                                "baseImages", root() + "/pictures-a",
                                "personalizedImages", root() + "/pictures-bomb",
                                "encoder", "mini-clip"),
                        "1.png"));
    }

    @ParameterizedTest
    @MethodSource("unusable")
    void saysWhatCannotBeUsed(Map<String, ?> request, String said) {
        problem(post(request), 422).body("detail", containsString(said));
    }

    @Test
    void leavesNoSessionAndNoTensorOpen() {
        awaitReady();
        post(quick(Map.of())).then().statusCode(200);
        int sessions = OnnxSession.live();
        int tensors = Tensor.live();
        List<Arguments> all = new ArrayList<>(unusable().toList());
        for (Arguments arguments : all) {
            @SuppressWarnings("unchecked")
            Map<String, ?> request = (Map<String, ?>) arguments.get()[0];
            post(request).then().statusCode(422);
        }
        post(quick(Map.of())).then().statusCode(200);
        assertThat(OnnxSession.live()).isEqualTo(sessions);
        assertThat(Tensor.live()).isEqualTo(tensors);
    }

    @Test
    void namesAMisspeltField() {
        problem(post(quick(Map.of("promts", List.of("a")))), 400).body("toString()", containsString("promts"));
    }

    @Test
    void refusesWhatIsNoJson() {
        problem(given().contentType("application/json").body("{\"base\": ").post("/explain"), 400);
        given().contentType("text/plain").body("hello").post("/explain").then().statusCode(415);
    }

    @Test
    void refusesABodyBeyondTheLimit() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(RestAssured.baseURI + ":" + RestAssured.port + "/explain"))
                .header("Content-Type", "application/json")
                .version(HttpClient.Version.HTTP_1_1)
                .expectContinue(true)
                .POST(HttpRequest.BodyPublishers.ofString("{\"negativePrompt\": \"" + "x".repeat(5 << 20) + "\"}"))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            assertThat(client.send(request, HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(413);
        }
    }

    @Test
    void isReadyOnceTheSessionsRan() {
        given().get("/q/health/live").then().statusCode(200);
        given().get("/q/health/started").then().statusCode(200).body("checks[0].data.provider", equalTo("cpu"));
        awaitReady();
    }

    private static void awaitReady() {
        await().atMost(Duration.ofMinutes(2))
                .until(() -> given().get("/q/health/ready").statusCode() == 200);
    }

    @Test
    void describesItself() {
        given().accept("application/json")
                .get("/q/openapi")
                .then()
                .statusCode(200)
                .body("paths.'/explain'.post.operationId", equalTo("explain"))
                .body("components.schemas.Explanation.properties.aspects.type", containsString("array"))
                .body("components.schemas.Interval.type", containsString("array"))
                .body("components.schemas.Interval.maxItems", equalTo(2));
    }

    private static String root() {
        return org.eclipse.microprofile.config.ConfigProvider.getConfig().getValue("finexl.models.roots", String.class);
    }
}
