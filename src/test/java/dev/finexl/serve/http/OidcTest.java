package dev.finexl.serve.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import com.nimbusds.jose.jwk.RSAKey;
import dev.finexl.account.ApiKeys;
import dev.finexl.account.IssuerServer;
import dev.finexl.account.Scope;
import dev.finexl.account.Tenant;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tokens of an issuer over HTTP: who is let in, what he is told if not, and what is known of him. */
@QuarkusTest
@TestProfile(OidcProfile.class)
class OidcTest {

    private static final String REQUEST = "{\"base\": \"mini-diffusion\", \"loras\": [{\"model\": \"vivid\"}],"
            + " \"images\": 2, \"steps\": 1, \"heads\": [], \"concepts\": [{\"name\": \"vivid\"}, {\"name\": \"dark\"}]}";

    @Inject
    ApiKeys keys;

    IssuerServer issuer;

    private Tenant tenant;

    @BeforeEach
    void nameTenant() {
        tenant = new Tenant("oidc-" + UUID.randomUUID().toString().substring(0, 8));
    }

    private String token(Scope... scopes) {
        return issuer.token(tenant, Set.of(scopes));
    }

    private static RequestSpecification with(String token) {
        return given().header("Authorization", "Bearer " + token);
    }

    @Test
    void letsNobodyInWithoutAKeyOrAToken() {
        given().get("/models")
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .header("WWW-Authenticate", equalTo("Bearer realm=\"finexl\""))
                .body("detail", containsString("or a token"));
        given().get("/q/metrics").then().statusCode(401);
        given().get("/q/health/live").then().statusCode(200);
    }

    @Test
    void takesATokenWhereAKeyIsTaken() {
        String token = token(Scope.READ);
        with(token).get("/models").then().statusCode(200);
        given().header("X-API-Key", token).get("/models").then().statusCode(200);
        given().contentType(ContentType.JSON)
                .body("{\"key\": \"%s\"}".formatted(token))
                .post("/session")
                .then()
                .statusCode(204)
                .header("Set-Cookie", containsString("HttpOnly"));
        given().cookie("finexl-key", token).get("/models").then().statusCode(200);
        String key = keys.create(tenant, EnumSet.of(Scope.READ), null, "test").secret();
        with(key).get("/models").then().statusCode(200);
    }

    @Test
    void saysTheSameOfEveryTokenThatIsNoGood() {
        RSAKey foreign = IssuerServer.rsaKey(issuer.key().getKeyID());
        String good = token(Scope.READ);
        List<String> said = new ArrayList<>();
        for (String wrong : List.of(
                issuer.token(foreign, tenant, Set.of(Scope.READ)),
                good.substring(0, good.lastIndexOf('.') + 1),
                good.substring(0, good.length() - 8),
                "eyJhbGciOiJub25lIn0.e30.",
                "fx_" + "A".repeat(43),
                "something else")) {
            said.add(with(wrong)
                    .get("/models")
                    .then()
                    .statusCode(401)
                    .contentType("application/problem+json")
                    .header("WWW-Authenticate", containsString("invalid_token"))
                    .extract()
                    .asString());
            given().contentType(ContentType.JSON)
                    .body("{\"key\": \"%s\"}".formatted(wrong))
                    .post("/session")
                    .then()
                    .statusCode(401);
        }
        assertThat(Set.copyOf(said)).hasSize(1);
    }

    @Test
    void aTokenIsGoodForItsScopesOnly() {
        with(token(Scope.READ))
                .contentType(ContentType.JSON)
                .body(REQUEST)
                .post("/explain")
                .then()
                .statusCode(403)
                .contentType("application/problem+json");
        with(token(Scope.EXPLAIN, Scope.READ)).get("/admin/keys").then().statusCode(403);
        with(token(Scope.EXPLAIN, Scope.READ)).get("/q/metrics").then().statusCode(403);
        String nothing = with(token())
                .get("/models")
                .then()
                .statusCode(403)
                .contentType("application/problem+json")
                .extract()
                .asString();
        assertThat(nothing).doesNotContain(tenant.name()).doesNotContain("somebody");
    }

    @Test
    void followsTheIssuerToANewKey() {
        with(token(Scope.READ)).get("/models").then().statusCode(200);
        String old = token(Scope.READ);
        issuer.rotate("next-" + tenant);
        String next = token(Scope.READ);
        // It is not asked for a while if it has just been asked in vain.
        await().atMost(Duration.ofMinutes(1))
                .until(() -> with(next).get("/models").statusCode() == 200);
        with(old).get("/models").then().statusCode(401);
    }

    @Test
    void whoAdministersByATokenIsInTheRecord() {
        String admin = token(Scope.ADMIN);
        with(token(Scope.READ)).get("/models").then().statusCode(200);
        with(admin)
                .contentType(ContentType.JSON)
                .body("{\"requestsPerMinute\": 1}")
                .put("/admin/tenants/" + tenant + "/quota")
                .then()
                .statusCode(200);
        with(admin)
                .get("/admin/actions?limit=1")
                .then()
                .body("actor", equalTo(List.of("token somebody")))
                .body("action", equalTo(List.of("tenant.limit")))
                .body("tenant", equalTo(List.of(tenant.name())));
        RequestSpecification caller =
                with(token(Scope.EXPLAIN)).contentType(ContentType.JSON).body(REQUEST);
        caller.post("/explain?estimate=true").then().statusCode(200);
        caller.post("/explain?estimate=true").then().statusCode(429).body("quota", equalTo("requestsPerMinute"));
    }

    @Test
    void accountsToTheTenantOfTheToken() {
        String token = token(Scope.EXPLAIN, Scope.READ);
        String place = with(token)
                .contentType(ContentType.JSON)
                .body(REQUEST)
                .post("/explain")
                .then()
                .statusCode(200)
                .extract()
                .header("Content-Location");
        with(token).get(place).then().statusCode(200);
        with(token)
                .get("/usage")
                .then()
                .statusCode(200)
                .body("total.explanations", equalTo(1))
                .body("lines.explanation", hasItem(place.substring(place.lastIndexOf('/') + 1)));
        String key = keys.create(tenant, EnumSet.of(Scope.READ), null, "test").secret();
        with(key).get(place).then().statusCode(200);
        String others = issuer.token(new Tenant("another"), Set.of(Scope.READ));
        with(others).get(place).then().statusCode(404);
        with(others).get("/usage").then().body("total.explanations", equalTo(0));
    }
}
