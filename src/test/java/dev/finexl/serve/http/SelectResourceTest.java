package dev.finexl.serve.http;

import static dev.finexl.serve.http.Refusals.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasItem;

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
class SelectResourceTest {

    private static final Map<String, Object> COMMON = Map.of("base", "mini-diffusion", "images", 16);

    private static Response post(Object request) {
        return given().contentType("application/json").body(request).post("/select");
    }

    private static Object example(String name) {
        return given().accept("application/json")
                .get("/q/openapi")
                .path("paths.'/select'.post.requestBody.content.'application/json'.examples.'%s'.value"
                        .formatted(name));
    }

    @Test
    void answersTheExamplesOfItsDescription() {
        post(example("a wish"))
                .then()
                .statusCode(200)
                .body("wish.concept", equalTo(List.of("vivid", "dark")))
                .body("wish.ask", equalTo(List.of("wanted", "not too much")))
                .body("models.name", equalTo(List.of("vivid", "pixelated")))
                .body("models[0].why", containsString("as wished"));
        post(example("more like this one"))
                .then()
                .statusCode(200)
                .body("like.name", equalTo("vivid"))
                .body("models.name", equalTo(List.of("vivid:0.5", "pixelated")));
        // What has been explained is in the index, and can be searched for without being named.
        post(Map.of("wish", "pixel art"))
                .then()
                .statusCode(200)
                .body("searched", greaterThanOrEqualTo(3))
                .body("explained", equalTo(0))
                .body("models.name", hasItem("pixelated"));
    }

    static Stream<Arguments> badRequests() {
        return Stream.of(
                Arguments.of("wish", Map.of(), "either 'wish' or 'like'"),
                Arguments.of("wish", Map.of("wish", ""), "between 1 and 500"),
                Arguments.of("wish", Map.of("wish", "x".repeat(501)), "between 1 and 500"),
                Arguments.of(
                        "wish", Map.of("wish", "qzxv", "models", List.of("vivid"), "request", COMMON), "has a word"),
                Arguments.of("request.base", Map.of("wish", "vivid", "models", List.of("vivid")), "expected the base"),
                Arguments.of("models", Map.of("wish", "vivid", "models", List.of(), "request", COMMON), "1 and 100"),
                Arguments.of(
                        "models",
                        Map.of("wish", "vivid", "models", Collections.nCopies(101, "vivid"), "request", COMMON),
                        "1 and 100"),
                Arguments.of(
                        "models[0]",
                        Map.of("wish", "vivid", "models", List.of("/etc/passwd"), "request", COMMON),
                        "/etc/passwd"),
                Arguments.of("limit", Map.of("wish", "vivid", "limit", 0), "1"));
    }

    @ParameterizedTest
    @MethodSource("badRequests")
    void namesTheFieldOfABadRequest(String field, Map<String, ?> request, String said) {
        problem(post(request), 400)
                .body("violations.field", hasItem(containsString(field)))
                .body("violations.message.toString()", containsString(said));
    }
}
