package dev.finexl.serve.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What browsers are told, and which sites' scripts may read answers. */
@QuarkusTest
@TestProfile(SecurityHeadersTest.OneSite.class)
class SecurityHeadersTest {

    private static final String SITE = "https://app.example";

    /** A service that one other site may use, and that has nobody's jobs. */
    public static class OneSite implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("finexl.http.origins", SITE, "finexl.jobs.url", "jdbc:h2:mem:one-site;DB_CLOSE_DELAY=-1");
        }
    }

    @Test
    void everyAnswerHasThem() {
        for (String path :
                List.of("/", "/app.js", "/models", "/no-such-path", "/explanations/none", "/q/health/live")) {
            Response response = given().get(path);
            assertThat(response.header("X-Content-Type-Options")).as(path).isEqualTo("nosniff");
            assertThat(response.header("X-Frame-Options")).as(path).isEqualTo("DENY");
            assertThat(response.header("Referrer-Policy")).as(path).isEqualTo("no-referrer");
        }
        assertThat(given().get("/").header("Content-Security-Policy"))
                .contains("default-src 'self'")
                .contains("frame-ancestors 'none'");
        assertThat(given().get("/models").header("Content-Security-Policy"))
                .isEqualTo("default-src 'none'; frame-ancestors 'none'");
        assertThat(given().contentType(ContentType.JSON)
                        .body("{")
                        .post("/explain")
                        .header("Content-Security-Policy"))
                .startsWith("default-src 'none'");
    }

    private static Response preflight(String origin) {
        return given().header("Origin", origin)
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "Authorization,Content-Type")
                .options("/explain");
    }

    @Test
    void onlyNamedSitesMayReadAnswers() {
        Response named = preflight(SITE);
        assertThat(named.statusCode()).isEqualTo(204);
        assertThat(named.header("Access-Control-Allow-Origin")).isEqualTo(SITE);
        assertThat(named.header("Access-Control-Allow-Headers")).containsIgnoringCase("authorization");
        Response other = preflight("https://evil.example");
        assertThat(other.statusCode()).isEqualTo(403);
        assertThat(other.header("Access-Control-Allow-Origin")).isNull();
        Response read = given().header("Origin", SITE).get("/models");
        assertThat(read.header("Access-Control-Allow-Origin")).isEqualTo(SITE);
        assertThat(read.header("Access-Control-Expose-Headers")).containsIgnoringCase("content-location");
    }
}
