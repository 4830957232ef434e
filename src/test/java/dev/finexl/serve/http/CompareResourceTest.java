package dev.finexl.serve.http;

import static dev.finexl.serve.http.Refusals.problem;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@QuarkusTest
class CompareResourceTest {

    private static final Map<String, Object> COMMON = Map.of("base", "mini-diffusion", "images", 2, "steps", 2);
    private static final Map<String, Object> VIVID = Map.of("loras", List.of(Map.of("model", "vivid")));

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

    private static Map<String, Object> compared(Object... models) {
        return Map.of("request", COMMON, "models", List.of(models));
    }

    private static final Map<String, Object> PIXELATED = Map.of("loras", List.of(Map.of("model", "pixelated")));

    private static final Map<String, Object> ENDLESS = Map.of(
            "request",
            Map.of("base", "mini-diffusion", "images", 1000, "steps", 1000),
            "models",
            List.of(VIVID, PIXELATED));

    private static final List<String> accepted = new ArrayList<>();

    private static Response post(Object request, String... headers) {
        RequestSpecification post = given().contentType("application/json").body(request);
        for (int i = 0; i < headers.length; i += 2) {
            post.header(headers[i], headers[i + 1]);
        }
        Response response = post.post("/compare");
        if (response.statusCode() == 202) {
            accepted.add(response.path("id"));
        }
        return response;
    }

    @AfterEach
    void leaveNothingBehind() {
        accepted.forEach(id -> given().delete("/comparisons/" + id));
        accepted.clear();
    }

    @Test
    void answersLaterWhoPrefersThat() throws Exception {
        String first = post(ENDLESS, "Prefer", "respond-async").path("id");
        Response response = post(compared(VIVID, PIXELATED), "Prefer", "respond-async");
        String id = response.then()
                .statusCode(202)
                .body("id", matchesPattern("[A-Za-z0-9_-]{22}"))
                .header("Location", endsWith("/comparisons/" + response.path("id")))
                .extract()
                .path("id");
        String place = "/comparisons/" + id;
        HttpRequest events = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + RestAssured.port + place + "/events"))
                .build();
        try (HttpClient client = HttpClient.newHttpClient();
                Stream<String> lines =
                        client.send(events, HttpResponse.BodyHandlers.ofLines()).body()) {
            // It waits for its turn, and is heard of from here to its end.
            given().delete("/comparisons/" + first).then().statusCode(200);
            List<String> told = lines.filter(line -> line.startsWith("event: ")).toList();
            assertThat(told).startsWith("event: state").contains("event: stage").endsWith("event: done");
        }
        given().get(place)
                .then()
                .statusCode(200)
                .body("state", equalTo("succeeded"))
                .body("result.models.name", equalTo(List.of("vivid", "pixelated")))
                .body("result.usage.images", equalTo(6));
        given().header("Last-Event-ID", "succeeded")
                .get(place + "/events")
                .then()
                .statusCode(204);
        given().get(place + "/report")
                .then()
                .statusCode(200)
                .contentType("text/html;charset=UTF-8")
                .header("Content-Security-Policy", containsString("default-src 'none'"))
                .body(containsString("vivid"));
        // It is no explanation.
        for (String other : List.of("", "/report", "/events", "/pairs", "/pairs/0/base")) {
            given().get("/explanations/" + id + other).then().statusCode(404);
        }
        given().delete("/explanations/" + id).then().statusCode(404);
        problem(given().get("/comparisons/nothing"), 404).body("detail", containsString("no such comparison"));
    }

    @Test
    void waitsAsLongAsItsCallerPrefers() {
        post(compared(VIVID, PIXELATED), "Prefer", "wait=120")
                .then()
                .statusCode(200)
                .header("Preference-Applied", "wait=120")
                .body("result.models", hasSize(2));
        post(compared(VIVID, Map.of("loras", List.of(Map.of("model", "no-such")))), "Prefer", "wait=120")
                .then()
                .statusCode(200)
                .body("state", equalTo("failed"))
                .body("problem.status", equalTo(400))
                .body("problem.violations.field", hasItem("models[1].loras[0].model"));
    }

    @Test
    void isCancelled() {
        String id = post(ENDLESS, "Prefer", "respond-async").path("id");
        given().get("/comparisons/" + id + "/report").then().statusCode(404);
        given().delete("/comparisons/" + id).then().statusCode(200).body("state", equalTo("cancelled"));
        given().get("/comparisons/" + id).then().body("state", equalTo("cancelled"));
    }

    @Test
    void isTheSameForTheSameKey() {
        Response first = post(compared(VIVID, PIXELATED), "Idempotency-Key", "compared");
        first.then().statusCode(200).header("Content-Location", containsString("/comparisons/"));
        Response again = post(compared(VIVID, PIXELATED), "Idempotency-Key", "compared");
        assertThat(again.asString()).isEqualTo(first.asString());
        assertThat(again.header("Content-Location")).isEqualTo(first.header("Content-Location"));
        post(compared(VIVID, PIXELATED), "Idempotency-Key", "compared", "Prefer", "respond-async")
                .then()
                .statusCode(200)
                .header("Location", endsWith(first.header("Content-Location")))
                .body("result.models", hasSize(2));
        problem(post(compared(PIXELATED, VIVID), "Idempotency-Key", "compared"), 422);
        problem(post(compared(PIXELATED, VIVID), "Idempotency-Key", "compared", "Prefer", "respond-async"), 422);
        problem(
                given().contentType("application/json")
                        .header("Idempotency-Key", "compared")
                        .body("{\"base\": \"mini-diffusion\"}")
                        .post("/explanations"),
                422);
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
                        "request.maxCost",
                        Map.of(
                                "request",
                                Map.of("base", "mini-diffusion", "maxCost", 1),
                                "models",
                                List.of(VIVID, VIVID)),
                        "in common"),
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
