package dev.finexl.serve.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.notNullValue;

import dev.finexl.account.ApiKeys;
import dev.finexl.account.Quota;
import dev.finexl.account.Scope;
import dev.finexl.account.Tenant;
import dev.finexl.account.Tenants;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What explanations cost: accounted for once, told beforehand, and bounded. */
@QuarkusTest
@TestProfile(KeyedProfile.class)
class UsageTest {

    /** By the profile's tariff: 0.10, 0.01 a picture and 0.001 an evaluation, one each for a picture of one step. */
    private static final String REQUEST = "{\"base\": \"mini-diffusion\", \"loras\": [{\"model\": \"vivid\"}],"
            + " \"images\": %d, \"steps\": 1, \"heads\": [], \"seed\": %d%s,"
            + " \"concepts\": [{\"name\": \"vivid\"}, {\"name\": \"dark\"}]}";

    private static long seeds = System.nanoTime() & 0xFFFFFFF;

    @Inject
    ApiKeys keys;

    @Inject
    Tenants tenants;

    private Tenant tenant;
    private String key;

    @BeforeEach
    void makeTenant() {
        tenant = new Tenant("usage-" + UUID.randomUUID().toString().substring(0, 8));
        key = keys.create(tenant, EnumSet.of(Scope.EXPLAIN, Scope.READ), null, "test")
                .secret();
    }

    private RequestSpecification with() {
        return given().header("Authorization", "Bearer " + key);
    }

    private Response explain(String request, String... headers) {
        RequestSpecification post = with().contentType(ContentType.JSON).body(request);
        for (int i = 0; i < headers.length; i += 2) {
            post.header(headers[i], headers[i + 1]);
        }
        return post.post("/explain");
    }

    private static String fresh(int images, String more) {
        return REQUEST.formatted(images, seeds++ * 1000, more);
    }

    private JsonPath usage() {
        return with().get("/usage").then().statusCode(200).extract().jsonPath();
    }

    /** What one step of the miniature evaluates for a picture: guidance takes two. */
    private static int evaluationsOf(Response explained) {
        return explained.jsonPath().getInt("usage.denoiserEvaluations");
    }

    private static BigDecimal price(int images, int evaluations) {
        return new BigDecimal("0.10")
                .add(new BigDecimal("0.01").multiply(BigDecimal.valueOf(images)))
                .add(new BigDecimal("0.001").multiply(BigDecimal.valueOf(evaluations)));
    }

    @Test
    void accountsForComparisonsAndChoices() {
        long seed = seeds++ * 1000;
        String common =
                "\"request\": {\"base\": \"mini-diffusion\", \"images\": 2, \"steps\": 1, \"heads\": [], \"seed\": %d}"
                        .formatted(seed);
        String models =
                "\"models\": [{\"loras\": [{\"model\": \"vivid\"}]}, {\"loras\": [{\"model\": \"pixelated\"}]}]";
        String compared = "{%s, %s}".formatted(common, models);
        for (String when : List.of("return=representation", "return=representation", "wait=120")) {
            // Sent again with its key, in whatever way, it is the same comparison.
            Response answer = with().contentType(ContentType.JSON)
                    .header("Idempotency-Key", "compared-" + seed)
                    .header("Prefer", when)
                    .body(compared)
                    .post("/compare");
            answer.then().statusCode(200);
            String images = when.startsWith("wait") ? "result.usage.images" : "usage.images";
            assertThat(answer.<Integer>path(images)).isEqualTo(6);
        }
        with().contentType(ContentType.JSON)
                .body("{%s, \"wish\": \"vivid\", \"models\": [\"vivid:0.5\"]}".formatted(common))
                .post("/select")
                .then()
                .statusCode(200)
                .body("explained", equalTo(1), "usage.images", equalTo(2));
        JsonPath usage = usage();
        assertThat(usage.getList("lines.images")).isEqualTo(List.of(6, 2));
        assertThat(usage.getList("lines.cached")).isEqualTo(List.of(false, false));
    }

    @Test
    void accountsForEveryExplanationOnce() {
        String request = fresh(2, "");
        Response first = explain(request).then().statusCode(200).extract().response();
        String place = first.header("Content-Location");
        String id = place.substring(place.lastIndexOf('/') + 1);
        with().get("/explanations/" + id)
                .then()
                .statusCode(200)
                .body("state", equalTo("succeeded"))
                .body("result.summary", equalTo(first.path("summary")));
        explain(request).then().body("usage.cached", equalTo(true));
        String job = with().contentType(ContentType.JSON)
                .body(fresh(2, ""))
                .header("Prefer", "wait=120")
                .post("/explanations")
                .then()
                .statusCode(200)
                .extract()
                .path("id");
        JsonPath usage = usage();
        assertThat(usage.getList("lines.explanation")).hasSize(3).startsWith(id).endsWith(job);
        assertThat(usage.getList("lines.cached")).isEqualTo(List.of(false, true, false));
        assertThat(usage.getInt("total.explanations")).isEqualTo(3);
        assertThat(usage.getInt("total.cached")).isEqualTo(1);
        assertThat(usage.getInt("total.images")).isEqualTo(8);
        BigDecimal each = price(4, evaluationsOf(first));
        BigDecimal sum = each.add(each).add(new BigDecimal("0.02"));
        assertThat(new BigDecimal(usage.getString("total.price"))).isEqualByComparingTo(sum);
        assertThat(usage.getDouble("total.cpuSeconds")).isPositive();
    }

    @Test
    void accountsOnceForARequestThatIsSentAgain() {
        String request = fresh(2, "");
        Response first = explain(request, "Idempotency-Key", "again");
        Response second = explain(request, "Idempotency-Key", "again");
        assertThat(second.header("Content-Location")).isEqualTo(first.header("Content-Location"));
        assertThat(second.asString()).isEqualTo(first.asString());
        assertThat(usage().getInt("total.explanations")).isEqualTo(1);
        explain(fresh(2, ""), "Idempotency-Key", "again").then().statusCode(422);
        explain(request, "Idempotency-Key", "not a key").then().statusCode(400);
    }

    @Test
    void accountsForNothingThatCannotBeHad() {
        explain(fresh(2, "").replace("\"vivid\"}],", "\"no-such\"}],")).then().statusCode(400);
        assertThat(usage().getInt("total.explanations")).isZero();
    }

    @Test
    void givesATableOfAPeriod() {
        explain(fresh(2, "")).then().statusCode(200);
        String table = with().accept("text/csv")
                .get("/usage")
                .then()
                .statusCode(200)
                .extract()
                .asString();
        assertThat(table.split("\r\n")).hasSize(2);
        assertThat(table).startsWith("ended,explanation,tenant,").contains("," + tenant + ",");
        String empty = with().accept("text/csv")
                .get("/usage?from=2001-01-01&to=2001-02-01")
                .asString();
        assertThat(empty.split("\r\n")).hasSize(1);
        with().get("/usage?from=yesterday").then().statusCode(400).body("violations[0].field", equalTo("from"));
        with().get("/usage?from=2026-02-01&to=2026-01-01T00:00:00Z").then().statusCode(400);
        String admin =
                keys.create(tenant, EnumSet.of(Scope.ADMIN), null, "test").secret();
        given().header("X-API-Key", admin)
                .get("/admin/usage/" + tenant)
                .then()
                .statusCode(200)
                .body("total.explanations", equalTo(1));
    }

    private JsonPath estimate(String request) {
        return with().contentType(ContentType.JSON)
                .body(request)
                .post("/explain?estimate=true")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    @Test
    void tellsBeforehandWhatItTakes() {
        String request = fresh(16, "");
        JsonPath before = estimate(request);
        assertThat(before.getBoolean("cached")).isFalse();
        assertThat(before.getInt("images.most")).isEqualTo(32);
        assertThat(usage().getInt("total.explanations")).as("nothing was made").isZero();
        Response explained = explain(request);
        int images = explained.jsonPath().getInt("usage.images");
        assertThat(images).isBetween(before.getInt("images.least"), before.getInt("images.most"));
        assertThat(evaluationsOf(explained))
                .isBetween(before.getInt("evaluations.least"), before.getInt("evaluations.most"));
        JsonPath after = estimate(request);
        assertThat(after.getBoolean("cached")).isTrue();
        assertThat(after.getInt("images.most")).isZero();
        assertThat(new BigDecimal(after.getString("price.most"))).isEqualByComparingTo("0.02");
        JsonPath another = estimate(fresh(16, ""));
        assertThat(another.getDouble("seconds.most")).as("as fast as the last").isPositive();
    }

    @Test
    void neverCostsMoreThanItMay() {
        Response whole = explain(fresh(6, ", \"sequential\": false"));
        BigDecimal full = price(12, evaluationsOf(whole));
        explain(fresh(6, ", \"sequential\": false, \"maxCost\": " + full.subtract(new BigDecimal("0.001"))))
                .then()
                .statusCode(400)
                .body("violations[0].field", equalTo("maxCost"))
                .body("detail", containsString("at least"));
        explain(fresh(6, ", \"sequential\": false, \"maxCost\": " + full))
                .then()
                .statusCode(200)
                .body("sampling.pairs", equalTo(6));
        // Of 25 pairs it may stop after 16, and has the money for 20.
        BigDecimal perPair = full.subtract(new BigDecimal("0.10")).divide(BigDecimal.valueOf(6));
        BigDecimal limit = new BigDecimal("0.10").add(perPair.multiply(BigDecimal.valueOf(20)));
        Response bounded = explain(fresh(25, ", \"precision\": 0.001, \"maxCost\": " + limit));
        bounded.then().statusCode(200).body("sampling.budget", equalTo(20));
        JsonPath usage = usage();
        assertThat(new BigDecimal(usage.getString("lines[2].price"))).isLessThanOrEqualTo(limit);
        explain(fresh(2, ", \"calibrate\": true, \"maxCost\": 100")).then().statusCode(400);
    }

    @Test
    void saysWhichQuotaIsUsedUpAndWhenThereIsMore() {
        tenants.limit(tenant, new Quota(1L, null, null, null), "test");
        explain(fresh(2, "")).then().statusCode(200);
        explain(fresh(2, ""))
                .then()
                .statusCode(429)
                .contentType("application/problem+json")
                .header("Retry-After", Integer::parseInt, greaterThan(0))
                .body("quota", equalTo("requestsPerMinute"))
                .body("reset", notNullValue())
                .body("detail", containsString("1 requests"));
        tenants.limit(tenant, new Quota(null, null, 4L, null), "test");
        explain(fresh(2, "")).then().statusCode(429).body("quota", equalTo("imagesPerDay"));
        tenants.limit(tenant, new Quota(null, 0L, null, null), "test");
        with().contentType(ContentType.JSON)
                .body(fresh(2, ""))
                .post("/explanations")
                .then()
                .statusCode(429)
                .body("quota", equalTo("concurrent"));
    }
}
