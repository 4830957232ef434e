package dev.finexl.serve.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;

import dev.finexl.account.ApiKeys;
import dev.finexl.account.Scope;
import dev.finexl.account.Tenant;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Two tenants of one service, who can neither read nor infer what the other has. Every endpoint that the service describes is
 * tried, so that a new one cannot be forgotten.
 */
@QuarkusTest
@TestProfile(KeyedProfile.class)
class TenantsTest {

    private static final Tenant MINE = new Tenant("mine");
    private static final Tenant OTHERS = new Tenant("others");
    private static final String UNKNOWN = "AAAAAAAAAAAAAAAAAAAAAA";
    private static final Path VIVID = Path.of("src/main/resources/models/loras/vivid.safetensors");
    private static final String QUICK = "{\"base\": \"mini-diffusion\", \"loras\": [{\"model\": \"vivid\"}],"
            + " \"images\": 2, \"steps\": 1, \"heads\": [], \"seed\": %d%s,"
            + " \"concepts\": [{\"name\": \"vivid\"}, {\"name\": \"dark\"}]}";

    /** What anybody may see: it is nobody's. */
    private static final Set<String> PUBLIC = Set.of("/ping", "/session");

    private static final Pattern PARAMETER = Pattern.compile("\\{(\\w+)}");
    private static long seeds = System.nanoTime() & 0xFFFFFF;

    @Inject
    ApiKeys keys;

    private String mine;
    private String others;

    @BeforeEach
    void makeKeys() throws IOException {
        mine = key(MINE, EnumSet.of(Scope.EXPLAIN, Scope.READ));
        others = key(OTHERS, EnumSet.of(Scope.EXPLAIN, Scope.READ));
        Path folder = Files.createDirectories(KeyedProfile.MODELS.resolve(OTHERS.name()));
        Files.copy(VIVID, folder.resolve("secret.safetensors"), StandardCopyOption.REPLACE_EXISTING);
        Files.createDirectories(KeyedProfile.MODELS.resolve(MINE.name()));
    }

    /** Something to be let in with. */
    String key(Tenant tenant, Set<Scope> scopes) {
        return keys.create(tenant, scopes, null, "test").secret();
    }

    private static RequestSpecification with(String key) {
        return given().header("Authorization", "Bearer " + key);
    }

    private static RequestSpecification json(String key, String body) {
        return with(key).contentType(ContentType.JSON).body(body);
    }

    /** A request that nobody has sent before. */
    private static String fresh(String more) {
        return QUICK.formatted(seeds++, more);
    }

    private static String explained(String key, String request) {
        return json(key, request)
                .header("Prefer", "wait=120")
                .post("/explanations")
                .then()
                .statusCode(200)
                .body("state", equalTo("succeeded"))
                .extract()
                .path("id");
    }

    /** An endpoint as the service describes it. */
    private record Endpoint(String method, String path) {

        boolean isAdministrators() {
            return path.startsWith("/admin");
        }

        boolean isPublic() {
            return PUBLIC.contains(path);
        }

        boolean reads() {
            return method.equals("get");
        }

        /** With what its path asks for. */
        Response call(String key, Map<String, String> values) {
            Matcher parameters = PARAMETER.matcher(path);
            String filled = parameters.replaceAll(found -> {
                assertThat(values).as("what to put into " + path).containsKey(found.group(1));
                return Matcher.quoteReplacement(values.get(found.group(1)));
            });
            RequestSpecification request = key.isEmpty() ? given() : with(key);
            if (!reads() && !method.equals("delete")) {
                request = request.contentType(ContentType.JSON).body("{}");
            }
            return request.request(method, filled);
        }
    }

    private static Map<String, String> values(String id, String model) {
        return Map.of(
                "id", id, "reference", model, "pair", "0", "side", "base", "prefix", "fx_nosuch00", "tenant", "nobody");
    }

    private static final String COMPARED =
            "{\"request\": {\"base\": \"mini-diffusion\", \"images\": 2, \"steps\": 1}, \"models\": ["
                    + "{\"loras\": [{\"model\": \"vivid\"}]}, {\"loras\": [{\"model\": \"pixelated\"}]}]}";

    private static List<Endpoint> endpoints() {
        JsonPath described =
                given().queryParam("format", "json").get("/q/openapi").jsonPath();
        Map<String, Map<String, Object>> paths = described.getMap("paths");
        List<Endpoint> endpoints = new ArrayList<>();
        paths.forEach((path, methods) -> methods.keySet().stream()
                .filter(Set.of("get", "post", "put", "delete", "patch", "head")::contains)
                .forEach(method -> endpoints.add(new Endpoint(method, path))));
        assertThat(endpoints)
                .contains(
                        new Endpoint("post", "/explain"),
                        new Endpoint("get", "/explanations/{id}"),
                        new Endpoint("post", "/admin/keys"));
        return endpoints;
    }

    @Test
    void everyEndpointIsClosedToThoseWithoutAKey() {
        for (Endpoint endpoint : endpoints()) {
            int status = endpoint.call("", values(UNKNOWN, "vivid")).statusCode();
            if (endpoint.isPublic()) {
                assertThat(status).as(endpoint.toString()).isNotEqualTo(401);
            } else {
                assertThat(status).as(endpoint.toString()).isEqualTo(401);
            }
        }
    }

    @Test
    void everyEndpointIsClosedToOtherScopes() {
        Map<Scope, String> each = Map.of(
                Scope.EXPLAIN, key(MINE, EnumSet.of(Scope.EXPLAIN)),
                Scope.READ, key(MINE, EnumSet.of(Scope.READ)),
                Scope.ADMIN, key(MINE, EnumSet.of(Scope.ADMIN)));
        for (Endpoint endpoint : endpoints()) {
            Scope right = endpoint.isAdministrators() ? Scope.ADMIN : endpoint.reads() ? Scope.READ : Scope.EXPLAIN;
            each.forEach((scope, key) -> {
                int status = endpoint.call(key, values(UNKNOWN, "vivid")).statusCode();
                String which = endpoint + " with " + scope;
                if (endpoint.isPublic() || scope == right) {
                    assertThat(status).as(which).isNotIn(401, 403);
                } else {
                    assertThat(status).as(which).isEqualTo(403);
                }
            });
        }
    }

    @Test
    void everyEndpointTakesTheOthersIdForNone() {
        String explained = explained(others, fresh(""));
        String compared = json(others, COMPARED)
                .header("Prefer", "wait=120")
                .post("/compare")
                .then()
                .statusCode(200)
                .extract()
                .path("id");
        List<String> tried = new ArrayList<>();
        for (Endpoint endpoint : endpoints()) {
            if (endpoint.path().contains("{id}")) {
                String id = endpoint.path().startsWith("/comparisons") ? compared : explained;
                Response theirs = endpoint.call(mine, values(id, ""));
                Response nobodys = endpoint.call(mine, values(UNKNOWN, ""));
                assertThat(theirs.statusCode()).as(endpoint.toString()).isEqualTo(404);
                assertThat(nobodys.statusCode()).as(endpoint.toString()).isEqualTo(404);
                assertThat(theirs.asString().replace(id, UNKNOWN)).isEqualTo(nobodys.asString());
                assertThat(theirs.headers().asList().stream()
                                .map(Object::toString)
                                .toList())
                        .isEqualTo(nobodys.headers().asList().stream()
                                .map(Object::toString)
                                .toList());
                tried.add(endpoint.path());
            }
        }
        assertThat(tried)
                .contains(
                        "/explanations/{id}",
                        "/explanations/{id}/report",
                        "/explanations/{id}/events",
                        "/comparisons/{id}",
                        "/comparisons/{id}/report",
                        "/comparisons/{id}/events");
        with(others).get("/explanations/" + explained).then().statusCode(200).body("state", equalTo("succeeded"));
        with(others).get("/comparisons/" + compared).then().statusCode(200).body("state", equalTo("succeeded"));
    }

    @Test
    void aKeyOfASubmissionIsItsTenantsOwn() {
        String theirs = fresh("");
        String id = json(others, theirs)
                .header("Idempotency-Key", "same")
                .post("/explanations")
                .path("id");
        json(mine, fresh(""))
                .header("Idempotency-Key", "same")
                .post("/explanations")
                .then()
                .statusCode(202)
                .body("id", not(equalTo(id)));
        json(others, theirs)
                .header("Idempotency-Key", "same")
                .post("/explanations")
                .then()
                .body("id", equalTo(id));
    }

    @Test
    void modelsOfATenantAreThereForHimAlone() {
        with(others).get("/models").then().body("reference", hasItem("secret.safetensors"));
        with(mine)
                .get("/models")
                .then()
                .body("reference", not(hasItem("secret.safetensors")))
                .body("reference", hasItem("classpath:vivid"));
        with(others).get("/models/secret").then().statusCode(200);
        String unknown = with(mine)
                .get("/models/no-such-model")
                .then()
                .statusCode(404)
                .extract()
                .path("detail");
        with(mine)
                .get("/models/secret")
                .then()
                .statusCode(404)
                .body("detail", equalTo(unknown.replace("no-such-model", "secret")));
        for (String reference : List.of(
                "secret",
                KeyedProfile.MODELS.resolve("others/secret.safetensors").toString(),
                KeyedProfile.MODELS.resolve("mine/../others/secret.safetensors").toString())) {
            json(mine, fresh("").replace("\"vivid\"}],", "\"%s\"}],".formatted(reference)))
                    .post("/explain")
                    .then()
                    .statusCode(400)
                    .body("violations[0].field", equalTo("loras[0].model"));
        }
        String body = fresh("").replace("\"vivid\"}],", "\"secret\"}],");
        json(others, body).post("/explain").then().statusCode(200).body("usage.images", equalTo(4));
    }

    @Test
    void whatOneHasAskedIsNotKnownToTheOther() {
        String asked = fresh("");
        json(others, asked).post("/explain").then().body("usage.cached", equalTo(false), "usage.images", equalTo(4));
        json(others, asked).post("/explain").then().body("usage.cached", equalTo(true), "usage.images", equalTo(0));
        json(mine, asked)
                .post("/explain")
                .then()
                .body("usage.cached", equalTo(false))
                .body("usage.images", equalTo(2))
                .body("usage.imagesCached", equalTo(2));
        String own = fresh(", \"prompts\": [\"a red circle in the snow\"]");
        json(others, own).post("/explain").then().body("usage.images", equalTo(4));
        json(mine, own).post("/explain").then().body("usage.images", equalTo(4), "usage.imagesCached", equalTo(0));
    }

    @Test
    void whatOneHasHadExplainedIsForHimAloneToCompareAndToChooseFrom() {
        String secret = fresh("").replace("\"vivid\"}],", "\"secret\"}],");
        json(others, secret).post("/explain").then().statusCode(200);
        String wish = "{\"wish\": \"vivid\", \"request\": {\"vocabulary\": \"mini\"}, \"limit\": 1000}";
        json(others, wish).post("/select").then().statusCode(200).body("models.name", hasItem("secret"));
        assertThat(json(mine, wish).post("/select").asString()).doesNotContain("secret");

        String compared = "{\"request\": {\"base\": \"mini-diffusion\", \"images\": 2, \"steps\": 1},"
                + " \"models\": [{\"loras\": [{\"model\": \"vivid\"}]}, {\"loras\": [{\"model\": \"secret\"}]}]}";
        json(others, compared).post("/compare").then().statusCode(200).body("models.name", hasItem("secret"));
        json(mine, compared)
                .post("/compare")
                .then()
                .statusCode(400)
                .body("violations[0].field", equalTo("models[1].loras[0].model"));
    }
}
