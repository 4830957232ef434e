package dev.finexl.serve.http;

import static dev.finexl.serve.http.Refusals.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@QuarkusTest
class CompareResourceTest {

    private static final Map<String, Object> COMMON = Map.of("base", "mini-diffusion", "images", 2, "steps", 2);
    private static final Map<String, Object> VIVID = Map.of("loras", List.of(Map.of("model", "vivid")));

    private static Response post(Object request) {
        return given().contentType("application/json").body(request).post("/compare");
    }

    @Test
    void answersTheExampleOfItsDescription() {
        Object example = given().accept("application/json")
                .get("/q/openapi")
                .path(
                        "paths.'/compare'.post.requestBody.content.'application/json'.examples.'two bundled LoRAs'.value");
        post(example)
                .then()
                .statusCode(200)
                .body("models.name", equalTo(List.of("vivid", "both")))
                .body("models[1].aspects", hasItem("pixelated"))
                .body("pairs", hasSize(1))
                .body("images", equalTo(16))
                .body("usage.images", equalTo(48));
    }

    static Stream<Arguments> badRequests() {
        return Stream.of(
                Arguments.of("request", Map.of("models", List.of(VIVID, VIVID)), "null"),
                Arguments.of("models", Map.of("request", COMMON), "null"),
                Arguments.of("models", Map.of("request", COMMON, "models", List.of(VIVID)), "between 2 and 8"),
                Arguments.of(
                        "models",
                        Map.of("request", COMMON, "models", Collections.nCopies(9, VIVID)),
                        "between 2 and 8"),
                Arguments.of(
                        "request.steps",
                        Map.of(
                                "request",
                                Map.of("base", "mini-diffusion", "steps", 0),
                                "models",
                                List.of(VIVID, VIVID)),
                        "1"),
                Arguments.of(
                        "models[1].loras[0].weight",
                        Map.of(
                                "request",
                                COMMON,
                                "models",
                                List.of(VIVID, Map.of("loras", List.of(Map.of("model", "vivid", "weight", 11))))),
                        "10"),
                Arguments.of(
                        "models[1].loras[0].model",
                        Map.of(
                                "request",
                                COMMON,
                                "models",
                                List.of(VIVID, Map.of("loras", List.of(Map.of("model", "/etc/passwd"))))),
                        "/etc/passwd"),
                Arguments.of(
                        "request.loras",
                        Map.of(
                                "request",
                                Map.of("base", "mini-diffusion", "loras", List.of(Map.of("model", "vivid"))),
                                "models",
                                List.of(VIVID, VIVID)),
                        "in common"));
    }

    @ParameterizedTest
    @MethodSource("badRequests")
    void namesTheFieldOfABadRequest(String field, Map<String, ?> request, String said) {
        problem(post(request), 400)
                .body("violations.field", hasItem(containsString(field)))
                .body("violations.message.toString()", containsString(said));
    }
}
