package dev.finexl.serve.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.account.ApiKeys;
import dev.finexl.account.NewKey;
import dev.finexl.account.Scope;
import dev.finexl.account.Tenant;
import dev.finexl.embed.PngEncoder;
import dev.finexl.embed.RgbImage;
import dev.finexl.job.JobQueue;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the OpenAPI document shows works when it is pasted: every operation, with every example that it gives. */
@QuarkusTest
@TestProfile(KeyedProfile.class)
class OpenApiTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");
    private static final String MULTIPART = "multipart/form-data";
    private static final String ZIP = "application/zip";

    @Inject
    JobQueue queue;

    @Inject
    ApiKeys keys;

    private NewKey key;
    private int tenants;

    private final Map<String, Tenant> jobs = new HashMap<>();
    private final Random noise = new Random(1);

    @BeforeEach
    void makeKey() {
        key = newKey();
    }

    /** Of a tenant that asked for nothing yet. */
    private NewKey newKey() {
        return keys.create(new Tenant("openapi-" + tenants++), EnumSet.allOf(Scope.class), null, "test");
    }

    private static RequestSpecification with(NewKey key) {
        return given().header("X-API-Key", key.secret());
    }

    @AfterEach
    void leaveNothingBehind() {
        jobs.forEach((id, tenant) -> queue.cancel(tenant, id));
    }

    /**
     * A body that the document shows.
     *
     * @param type its media type; null for no body
     */
    private record Body(String type, JsonNode value) {}

    @Test
    void everyExampleDoesWhatItsOperationSays() throws IOException {
        await().atMost(PageBrowser.LONG)
                .until(() -> given().get("/q/health/ready").statusCode() == 200);
        JsonNode document = MAPPER.readTree(
                given().queryParam("format", "json").get("/q/openapi").asByteArray());
        String id = with(key)
                .contentType("application/json")
                .header("Prefer", "wait=120")
                .body(ExplainResource.EXAMPLE)
                .post("/explanations")
                .path("id");
        String comparison = with(key)
                .contentType("application/json")
                .header("Prefer", "wait=120")
                .body(CompareResource.EXAMPLE)
                .post("/compare")
                .path("id");
        SoftAssertions softly = new SoftAssertions();
        int operations = 0;
        for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
            for (Map.Entry<String, JsonNode> entry : path.getValue().properties()) {
                if (METHODS.contains(entry.getKey())) {
                    operations++;
                    String existing = path.getKey().startsWith("/comparisons") ? comparison : id;
                    tryAll(entry.getKey(), path.getKey(), entry.getValue(), existing, softly);
                }
            }
        }
        softly.assertAll();
        assertThat(operations).isGreaterThanOrEqualTo(20);
    }

    private void tryAll(String method, String path, JsonNode operation, String id, SoftAssertions softly)
            throws IOException {
        String name = method + " " + path;
        softly.assertThat(operation.path("summary").asText())
                .as(name + " says what it is")
                .isNotBlank();
        List<Body> bodies = bodies(operation);
        softly.assertThat(bodies).as(name + " has an example").isNotEmpty();
        boolean optional = true;
        for (Body body : bodies) {
            // What has an id is the first tenant's; all else is asked by one of its own, as by who pastes a single
            // example.
            NewKey caller = path.contains("{id}") ? key : newKey();
            RequestSpecification request = with(caller);
            for (JsonNode parameter : operation.path("parameters")) {
                String value = example(parameter, id);
                boolean required = parameter.path("required").asBoolean();
                softly.assertThat(!required || !value.isBlank())
                        .as(
                                "%s has an example of %s",
                                name, parameter.path("name").asText())
                        .isTrue();
                // A key that came with one body does not fit another.
                if (required || optional && !value.isBlank()) {
                    put(request, parameter, value);
                }
            }
            Response response = with(request, body, caller).request(method, path);
            softly.assertThat(String.valueOf(response.statusCode()))
                    .as("%s with %s is answered with %s", name, body, response.contentType())
                    .startsWith("2")
                    .isIn(names(operation.path("responses")));
            if (Set.of("/explanations", "/compare").contains(path) && response.statusCode() == 202) {
                jobs.put(response.path("id"), caller.key().tenant());
            }
            optional = false;
        }
    }

    private static List<String> names(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).toList();
    }

    /** The examples of each kind of body; one without a body where none is wanted. */
    private static List<Body> bodies(JsonNode operation) {
        if (!operation.has("requestBody")) {
            return List.of(new Body(null, null));
        }
        List<Body> bodies = new ArrayList<>();
        for (Map.Entry<String, JsonNode> content :
                operation.at("/requestBody/content").properties()) {
            if (content.getKey().equals(ZIP)) {
                // Bytes that a document cannot show: the same as the parts, in a file.
                operation
                        .at("/requestBody/content/multipart~1form-data/examples")
                        .forEach(example -> bodies.add(new Body(ZIP, example.path("value"))));
            }
            content.getValue()
                    .path("examples")
                    .forEach(example -> bodies.add(new Body(content.getKey(), example.path("value"))));
        }
        return bodies;
    }

    /** A value for a parameter. What only exists once it was made is made. */
    private String example(JsonNode parameter, String id) {
        if (parameter.path("in").asText().equals("path")) {
            switch (parameter.path("name").asText()) {
                case "id" -> {
                    return id;
                }
                case "prefix" -> {
                    return newKey().key().prefix();
                }
                case "tenant" -> {
                    return newKey().key().tenant().name();
                }
                default -> {}
            }
        }
        JsonNode example = parameter.has("example")
                ? parameter.get("example")
                : parameter.at("/schema/examples").path(0);
        return example.isArray() ? example.path(0).asText() : example.asText();
    }

    private static void put(RequestSpecification request, JsonNode parameter, String value) {
        String name = parameter.path("name").asText();
        switch (parameter.path("in").asText()) {
            case "path" -> request.pathParam(name, value);
            case "query" -> request.queryParam(name, value);
            case "header" -> request.header(name, value);
            default -> throw new AssertionError("a parameter that nobody expected: " + parameter);
        }
    }

    private RequestSpecification with(RequestSpecification request, Body body, NewKey caller) throws IOException {
        return switch (body.type()) {
            case null -> request;
            case MULTIPART -> {
                request.multiPart("request", body.value().path("request").toString(), "application/json");
                for (String side : List.of("baseImages", "personalizedImages")) {
                    for (String picture : List.of("1.png", "2.png")) {
                        request.multiPart(side, picture, picture(), "image/png");
                    }
                }
                yield request;
            }
            case ZIP -> request.contentType(ZIP).body(zip(body.value().path("request")));
            // A secret that is shown is nobody's.
            default ->
                request.contentType(body.type()).body(body.value().toString().replace("fx_…", caller.secret()));
        };
    }

    private byte[] picture() {
        byte[] rgb = new byte[3 * 64 * 64];
        noise.nextBytes(rgb);
        return PngEncoder.encode(new RgbImage(64, 64, rgb));
    }

    private byte[] zip(JsonNode request) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(file)) {
            for (String name : List.of("base/1.png", "base/2.png", "personalized/1.png", "personalized/2.png")) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(picture());
            }
            zip.putNextEntry(new ZipEntry("request.json"));
            zip.write(MAPPER.writeValueAsBytes(request));
        }
        return file.toByteArray();
    }
}
