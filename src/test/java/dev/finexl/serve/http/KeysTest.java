package dev.finexl.serve.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.blankOrNullString;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import dev.finexl.account.ApiKeys;
import dev.finexl.account.Scope;
import dev.finexl.account.Tenant;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys over HTTP: who is let in, what he is told if not, and how keys are administered. */
@QuarkusTest
@TestProfile(KeyedProfile.class)
class KeysTest {

    private static final Tenant TENANT = new Tenant("keys-test");

    @Inject
    ApiKeys keys;

    private String admin;
    private String reader;

    @BeforeEach
    void makeKeys() {
        admin = key(Scope.ADMIN);
        reader = key(Scope.READ);
    }

    private String key(Scope scope) {
        return keys.create(TENANT, EnumSet.of(scope), null, "test").secret();
    }

    private static RequestSpecification with(String key) {
        return given().header("Authorization", "Bearer " + key);
    }

    @Test
    void refusesWhoHasNoKeyAndSaysHowToSendOne() {
        given().get("/models")
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .header("WWW-Authenticate", equalTo("Bearer realm=\"finexl\""))
                .body("status", equalTo(401))
                .body("detail", containsString("X-API-Key"));
        given().contentType(ContentType.JSON)
                .body("{\"base\": \"mini-diffusion\"}")
                .post("/explain")
                .then()
                .statusCode(401);
    }

    @Test
    void refusesAKeyThatIsNoGood() {
        for (String wrong : List.of("fx_wrong", reader.substring(0, 45) + "!", "something else", "")) {
            given().header("X-API-Key", wrong)
                    .get("/models")
                    .then()
                    .statusCode(401)
                    .contentType("application/problem+json")
                    .header("WWW-Authenticate", containsString("invalid_token"))
                    .body("detail", containsString("revoked or expired"));
        }
        with("fx_" + "A".repeat(43)).get("/models").then().statusCode(401);
        given().header("Authorization", "Basic YTpi").get("/models").then().statusCode(401);
    }

    @Test
    void takesAKeyInEitherHeader() {
        with(reader).get("/models").then().statusCode(200);
        given().header("Authorization", "bearer " + reader)
                .get("/models")
                .then()
                .statusCode(200);
        given().header("X-API-Key", reader).get("/models").then().statusCode(200);
    }

    @Test
    void refusesAKeyWithAnotherScope() {
        with(admin)
                .get("/models")
                .then()
                .statusCode(403)
                .contentType("application/problem+json")
                .body("status", equalTo(403))
                .body("detail", not(blankOrNullString()));
        with(reader)
                .contentType(ContentType.JSON)
                .body("{\"base\": \"mini-diffusion\"}")
                .post("/explain")
                .then()
                .statusCode(403);
        for (String path : List.of(
                "/admin/keys",
                "/admin/keys/",
                "/admin;a=b/keys",
                "//admin/keys",
                "/%61dmin/keys",
                "/x/../admin/keys",
                "/q/metrics")) {
            assertThat(with(reader).urlEncodingEnabled(false).get(path).statusCode())
                    .as(path)
                    .isIn(403, 404);
        }
        with(admin).get("/q/metrics").then().statusCode(200);
    }

    @Test
    void leavesProbesAndThePageOpen() {
        for (String path : List.of("/", "/app.js", "/q/health/live", "/q/openapi", "/ping")) {
            assertThat(given().get(path).statusCode()).as(path).isIn(200, 503);
        }
    }

    @Test
    void makesReplacesAndRevokesKeys() {
        String made = with(admin)
                .contentType(ContentType.JSON)
                .body("{\"tenant\": \"keys-test-2\", \"scopes\": [\"read\"], \"days\": 3}")
                .post("/admin/keys")
                .then()
                .statusCode(201)
                .header("Cache-Control", equalTo("no-store"))
                .body("secret", startsWith("fx_"))
                .body("key.tenant", equalTo("keys-test-2"))
                .body("key.scopes", equalTo(List.of("read")))
                .body("key.expires", not(blankOrNullString()))
                .extract()
                .path("secret");
        String prefix = made.substring(0, 11);
        with(made).get("/models").then().statusCode(200);
        String next = with(admin)
                .post("/admin/keys/%s/rotate?graceHours=0".formatted(prefix))
                .then()
                .statusCode(201)
                .extract()
                .path("secret");
        with(made).get("/models").then().statusCode(401);
        with(next).get("/models").then().statusCode(200);
        with(admin)
                .delete("/admin/keys/" + next.substring(0, 11))
                .then()
                .statusCode(200)
                .body("revoked", not(blankOrNullString()))
                .body("secret", equalTo(null));
        with(next).get("/models").then().statusCode(401);
        String all =
                with(admin).get("/admin/keys").then().statusCode(200).extract().asString();
        assertThat(all).contains(prefix).doesNotContain(made).doesNotContain(next);
        with(admin)
                .get("/admin/actions?limit=3")
                .then()
                .statusCode(200)
                .body("action", equalTo(List.of("key.revoke", "key.rotate", "key.create")))
                .body("actor", hasItem("key " + admin.substring(0, 11)))
                .body("keyPrefix", hasItem(prefix));
    }

    @Test
    void refusesWhatCannotBeMeantAndNamesIt() {
        for (String wrong : List.of(
                "{\"tenant\": \"A B\", \"scopes\": [\"read\"]}",
                "{\"scopes\": [\"read\"]}",
                "{\"tenant\": \"a\", \"scopes\": []}",
                "{\"tenant\": \"a\", \"scopes\": [\"root\"]}",
                "{\"tenant\": \"a\", \"scopes\": [\"read\"], \"days\": 0}")) {
            with(admin)
                    .contentType(ContentType.JSON)
                    .body(wrong)
                    .post("/admin/keys")
                    .then()
                    .statusCode(400)
                    .body("violations[0].field", not(blankOrNullString()));
        }
        with(admin).delete("/admin/keys/fx_nosuch00").then().statusCode(404);
        with(admin).post("/admin/keys/fx_nosuch00/rotate").then().statusCode(404);
    }

    @Test
    void aBrowserKeepsAKeyInACookieThatNoScriptReads() {
        String cookie = given().contentType(ContentType.JSON)
                .body("{\"key\": \"%s\"}".formatted(reader))
                .post("/session")
                .then()
                .statusCode(204)
                .extract()
                .header("Set-Cookie");
        assertThat(cookie)
                .contains("HttpOnly")
                .containsIgnoringCase("SameSite=Strict")
                .contains("Path=/");
        given().cookie("finexl-key", reader).get("/models").then().statusCode(200);
        given().cookie("finexl-key", reader + "x").get("/models").then().statusCode(401);
        given().contentType(ContentType.JSON)
                .body("{\"key\": \"fx_wrong\"}")
                .post("/session")
                .then()
                .statusCode(401)
                .header("Set-Cookie", equalTo(null));
        assertThat(given().delete("/session").then().statusCode(204).extract().header("Set-Cookie"))
                .containsIgnoringCase("Max-Age=0");
    }
}
