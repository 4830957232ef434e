package dev.finexl.serve.http;

import static dev.finexl.serve.http.Refusals.problem;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.startsWith;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.account.Tenant;
import dev.finexl.embed.ImageDecoder;
import dev.finexl.embed.PngEncoder;
import dev.finexl.embed.RgbImage;
import dev.finexl.job.ExplainGate;
import dev.finexl.job.JobQueue;
import dev.finexl.job.UploadRoom;
import dev.finexl.serve.BrokenModelsResource;
import dev.finexl.store.ModelJson;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Explanations that are asked for now and fetched later, by every way in which that can be done. */
@QuarkusTest
@QuarkusTestResource(BrokenModelsResource.class)
class ExplanationsResourceTest {

    private static final Duration LONG = Duration.ofMinutes(1);
    private static final String QUICK = """
            {"base": "mini-diffusion", "loras": [{"model": "vivid"}], "images": 2, "steps": 2, "heads": [],
             "concepts": [{"name": "vivid"}, {"name": "dark"}]}""";
    /** Hours of work, if nobody stops it. */
    private static final String ENDLESS = """
            {"base": "mini-diffusion", "loras": [{"model": "vivid"}], "images": 1000, "steps": 1000}""";

    private static final String PICTURES = """
            {"encoder": "mini-clip", "prompts": ["a red circle"], "heads": [],
             "concepts": [{"name": "vivid"}, {"name": "dark"}]}""";

    @Inject
    ExplainGate gate;

    @Inject
    JobQueue queue;

    @Inject
    UploadRoom room;

    @ConfigProperty(name = "finexl.jobs.uploads")
    MemorySize uploads;

    private final List<String> submitted = new ArrayList<>();

    @AfterEach
    void leaveNothingBehind() {
        submitted.forEach(id -> queue.cancel(Tenant.DEFAULT, id));
        await().atMost(LONG).until(() -> gate.running() == 0 && gate.waiting() == 0);
    }

    private Response submit(String request, String... headers) {
        RequestSpecification post = given().contentType("application/json").body(request);
        for (int i = 0; i < headers.length; i += 2) {
            post.header(headers[i], headers[i + 1]);
        }
        return remember(post.post("/explanations"));
    }

    private Response remember(Response response) {
        if (response.statusCode() < 300) {
            submitted.add(response.path("id"));
        }
        return response;
    }

    private String accepted(String request) {
        return submit(request).then().statusCode(202).extract().path("id");
    }

    private static ValidatableResponse ended(String id) {
        return given().header("Prefer", "wait=120").get("/explanations/" + id).then();
    }

    private void awaitRunning(String id) {
        String state = await().atMost(LONG)
                .until(() -> given().get("/explanations/" + id).path("state"), now -> !"queued".equals(now));
        assertThat(state).isEqualTo("running");
    }

    @Test
    void acceptsNowAndAnswersLater() {
        Response response = submit(QUICK);
        String id = response.then()
                .statusCode(202)
                .header("Location", endsWith(response.<String>path("id")))
                .body("id", matchesPattern("[A-Za-z0-9_-]{22}"))
                .body("created", notNullValue())
                .body("$", not(hasKey("result")))
                .extract()
                .path("id");
        ended(id)
                .statusCode(200)
                .header("Preference-Applied", "wait=120")
                .body("state", equalTo("succeeded"))
                .body("progress.stage", notNullValue())
                .body("progress.images", equalTo(4))
                .body("result.usage.images", equalTo(4))
                .body("result.method", equalTo("stacked-nnls"))
                .body("finished", notNullValue())
                .body("$", not(hasKey("problem")));
    }

    @Test
    void waitsAsLongAsItsCallerPrefers() {
        submit(QUICK, "Prefer", "respond-async, wait=120")
                .then()
                .statusCode(200)
                .header("Preference-Applied", "wait=120")
                .header("Content-Location", containsString("/explanations/"))
                .body("state", equalTo("succeeded"))
                .body("result.summary", notNullValue());
        submit(ENDLESS, "Prefer", "wait=1").then().statusCode(202).header("Preference-Applied", "wait=1");
    }

    @Test
    void saysWhyThereIsNoExplanation() {
        ended(accepted("{\"base\": \"no-such-model\", \"loras\": [{\"model\": \"vivid\"}]}"))
                .body("state", equalTo("failed"))
                .body("problem.status", equalTo(400))
                .body("problem.violations.field", equalTo(List.of("base")))
                .body("problem.detail", containsString("no-such-model"))
                .body("$", not(hasKey("result")));
    }

    @Test
    void refusesAtOnceWhatNoRequestMayBe() {
        problem(submit("{\"base\": \"mini-diffusion\", \"images\": 1}"), 400)
                .body("violations.field", hasItem(containsString("images")));
        problem(submit("{\"bse\": \"mini-diffusion\"}"), 400);
        problem(given().get("/explanations/nope"), 404);
        problem(given().delete("/explanations/nope"), 404);
        problem(given().accept("text/event-stream").get("/explanations/nope/events"), 404);
    }

    @Test
    void knowsAnIdempotencyKeyAgain() {
        String id = submit(QUICK, "Idempotency-Key", "\"key-1\"")
                .then()
                .statusCode(202)
                .extract()
                .path("id");
        String reordered = """
                {"concepts": [{"name": "vivid"}, {"name": "dark"}], "heads": [], "steps": 2, "images": 2,
                 "loras": [{"model": "vivid"}], "base": "mini-diffusion"}""";
        submit(reordered, "Idempotency-Key", "key-1", "Prefer", "wait=120")
                .then()
                .statusCode(200)
                .body("id", equalTo(id))
                .body("state", equalTo("succeeded"));
        problem(submit(ENDLESS, "Idempotency-Key", "key-1"), 422).body("detail", containsString("another request"));
        problem(submit(QUICK, "Idempotency-Key", "two words"), 400)
                .body("violations.field", equalTo(List.of("Idempotency-Key")));
    }

    @Test
    void cancelsWhatRunsAndWhatWaits() {
        String runs = accepted(ENDLESS);
        String waits = accepted(QUICK);
        awaitRunning(runs);
        given().delete("/explanations/" + waits).then().statusCode(200).body("state", equalTo("cancelled"));
        given().delete("/explanations/" + runs).then().statusCode(200).body("state", equalTo("cancelled"));
        await().atMost(LONG).until(() -> gate.running() == 0);
        given().delete("/explanations/" + runs).then().statusCode(200).body("state", equalTo("cancelled"));
    }

    @Test
    void sendsAwayWhoFindsTooManyJobs() {
        awaitRunning(accepted(ENDLESS));
        int most = ConfigProvider.getConfig().getValue("finexl.jobs.queued", Integer.class);
        for (int i = queue.queued(); i < most; i++) {
            accepted(ENDLESS);
        }
        problem(submit(ENDLESS), 429).header("Retry-After", "10");
    }

    private record Event(String name, String id, String data) {}

    /** All events of an explanation, up to the end of the stream. */
    private static List<Event> events(String id, String last) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri("/explanations/" + id + "/events"))
                .timeout(LONG)
                .header("Accept", "text/event-stream");
        if (last != null) {
            request.header("Last-Event-ID", last);
        }
        List<Event> events = new ArrayList<>();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).isIn(200, 204);
            for (String block : response.body().split("\n\n")) {
                if (!block.isBlank()) {
                    events.add(new Event(field(block, "event"), field(block, "id"), field(block, "data")));
                }
            }
        }
        return events;
    }

    private static String field(String block, String name) {
        return block.lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse(null);
    }

    @Test
    void tellsHowAnExplanationComesAbout() throws Exception {
        String first = accepted(ENDLESS);
        String id = accepted(QUICK.replace("\"images\": 2", "\"images\": 12"));
        awaitRunning(first);
        Thread canceller = Thread.startVirtualThread(
                () -> given().delete("/explanations/" + first).then().statusCode(200));
        List<Event> events = events(id, null);
        canceller.join();
        assertThat(events.getFirst().name()).isEqualTo("state");
        assertThat(events.getFirst().data()).contains(id);
        assertThat(events).extracting(Event::name).contains("stage", "images");
        assertThat(events).filteredOn(event -> event.name().equals("done")).hasSize(1);
        assertThat(events.getLast().name()).isEqualTo("done");
        assertThat(events.getLast().data()).contains("\"state\":\"succeeded\"", "\"summary\"");

        List<Event> late = events(id, null);
        assertThat(late).containsExactly(events.getLast());
        assertThat(events(id, late.getLast().id())).isEmpty();
        assertThat(events(id, "1.3")).containsExactly(events.getLast());
    }

    /** Never settled, and with a first look after eight pairs. */
    private static final String UNSETTLED = """
            {"base": "mini-diffusion", "loras": [{"model": "vivid"}], "images": 1000, "steps": 4, "heads": [],
             "precision": 0.001}""";

    @Test
    void tellsOfAspectsAndPairsBeforeTheEnd() throws Exception {
        String id = accepted(UNSETTLED);
        HttpRequest request = HttpRequest.newBuilder(uri("/explanations/" + id + "/events"))
                .timeout(LONG)
                .build();
        JsonNode pair = null;
        JsonNode aspects = null;
        try (HttpClient client = HttpClient.newHttpClient();
                Stream<String> lines = client.send(request, HttpResponse.BodyHandlers.ofLines())
                        .body()) {
            Iterator<String> line = lines.iterator();
            String name = "";
            while (pair == null || aspects == null) {
                String next = line.next();
                if (next.startsWith("event:")) {
                    name = next.substring("event:".length()).strip();
                } else if (next.startsWith("data:")) {
                    assertThat(name).isNotEqualTo("done");
                    JsonNode data = ModelJson.MAPPER.readTree(next.substring("data:".length()));
                    if (name.equals("images") && !data.get("latest").isEmpty()) {
                        assertThat(data.get("latest")).hasSizeBetween(1, 4);
                        pair = data.get("latest").get(0);
                    } else if (name.equals("aspects")) {
                        aspects = data;
                    }
                }
            }
        }
        assertThat(aspects.get("pairs").asInt()).isBetween(8, 999);
        assertThat(aspects.at("/aspects/0/name").asText()).isEqualTo("vivid");
        assertThat(aspects.at("/aspects/0/interval")).hasSize(2);
        for (String side : List.of("base", "personalized")) {
            byte[] picture = given().get(pair.get(side).asText())
                    .then()
                    .statusCode(200)
                    .header("Cache-Control", containsString("no-cache"))
                    .extract()
                    .asByteArray();
            assertThat(new ImageDecoder().decode(picture, side).width()).isEqualTo(64);
        }
        given().delete("/explanations/" + id).then().statusCode(200).body("state", equalTo("cancelled"));
        given().get(pair.get("base").asText()).then().statusCode(404);
    }

    private static byte[] zip(String... members) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (String side : List.of("base", "personalized")) {
                for (Path picture : pictures(side.equals("base") ? "pictures-a" : "pictures-b")) {
                    zip.putNextEntry(new ZipEntry(side + "/" + picture.getFileName()));
                    Files.copy(picture, zip);
                }
            }
            for (int i = 0; i < members.length; i += 2) {
                zip.putNextEntry(new ZipEntry(members[i]));
                zip.write(members[i + 1].getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    private static List<Path> pictures(String folder) {
        Path root = Path.of(ConfigProvider.getConfig().getValue("finexl.models.roots", String.class));
        try (var files = Files.list(root.resolve(folder))) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Response submitZip(byte[] zip) {
        return remember(given().contentType("application/zip")
                .header("Prefer", "wait=120")
                .body(zip)
                .post("/explanations"));
    }

    @Test
    void comparesPicturesInAZipFile() throws IOException {
        submitZip(zip("request.json", PICTURES))
                .then()
                .statusCode(200)
                .body("state", equalTo("succeeded"))
                .body("result.provenance.images", equalTo(4))
                .body("result.usage.images", equalTo(0));
        await().atMost(LONG).until(() -> uploads().isEmpty());
    }

    @Test
    void comparesPicturesInPartsOfABody() {
        RequestSpecification post = given().header("Prefer", "wait=120").multiPart("request", PICTURES);
        pictures("pictures-a").forEach(file -> post.multiPart("baseImages", file.toFile()));
        pictures("pictures-b").forEach(file -> post.multiPart("personalizedImages", file.toFile()));
        remember(post.post("/explanations"))
                .then()
                .statusCode(200)
                .body("state", equalTo("succeeded"))
                .body("result.provenance.images", equalTo(4));
        await().atMost(LONG).until(() -> uploads().isEmpty());
    }

    /** The same pictures, with names that do not tell the pairs. */
    private Response submitParts(String request, int personalized) {
        RequestSpecification post = given().header("Prefer", "wait=120").multiPart("request", request);
        pictures("pictures-a").forEach(file -> post.multiPart("baseImages", file.toFile()));
        pictures("pictures-b").stream()
                .limit(personalized)
                .forEach(file -> post.multiPart("personalizedImages", "other-" + file.getFileName(), bytes(file)));
        return remember(post.post("/explanations"));
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void pairsUploadedPicturesAsItIsTold() throws IOException {
        submitZip(zip("request.json", PICTURES.replaceFirst("\\{", "{\"pairing\": \"none\", ")))
                .then()
                .body("state", equalTo("succeeded"))
                .body("result.provenance.pairing", equalTo("none"))
                .body("result.summary", containsString("unpaired"))
                .body("result.pairs", equalTo(List.of()));
        submitParts(PICTURES.replaceFirst("\\{", "{\"pairing\": \"position\", "), 4)
                .then()
                .body("state", equalTo("succeeded"))
                .body("result.provenance.pairing", equalTo("position"))
                .body("result.summary", not(containsString("unpaired")));
        submitParts(PICTURES, 3)
                .then()
                .body("state", equalTo("succeeded"))
                .body("result.provenance.pairing", equalTo("none"))
                .body("result.provenance.images", equalTo(3));
    }

    @Test
    void refusesPairsThatUploadedPicturesCannotMake() throws IOException {
        for (String pairing : List.of("name", "position", "colour")) {
            submitParts(PICTURES.replaceFirst("\\{", "{\"pairing\": \"" + pairing + "\", "), 3)
                    .then()
                    .body("state", equalTo("failed"))
                    .body("problem.status", equalTo(400))
                    .body(
                            "problem.violations.field",
                            equalTo(List.of(pairing.equals("name") ? "baseImages" : "pairing")));
        }
    }

    @Test
    void namesThePictureThatCannotBeUsed() throws IOException {
        String request = PICTURES;
        problem(submitZip(zip("request.json", request, "base/sub/1.png", "x")), 400)
                .body("violations.field", equalTo(List.of("base/sub/1.png")));
        problem(submitZip(zip("request.json", "{\"images\": 1}")), 400)
                .body("violations.field", equalTo(List.of("images")));
        problem(submitZip(zip("request.json", "{\"baseImages\": \"/etc\"}")), 400)
                .body("violations.field", equalTo(List.of("baseImages")));
        problem(submitZip(new byte[] {1, 2, 3}), 400).body("detail", containsString("zip"));
        submitZip(zip("request.json", request, "base/x.png", "no picture", "personalized/x.png", "no picture"))
                .then()
                .statusCode(200)
                .body("state", equalTo("failed"))
                .body("problem.status", equalTo(422))
                .body("problem.detail", startsWith("picture 'base/x.png' is not"));
        submitZip(zip("request.json", "{\"encoder\": \"mini-diffusion\"}"))
                .then()
                .statusCode(200)
                .body("state", equalTo("failed"))
                .body("problem.violations.field", equalTo(List.of("encoder")));
        problem(
                        given().multiPart("request", request)
                                .multiPart("baseImages", "../../x.png", new byte[] {1})
                                .post("/explanations"),
                        400)
                .body("violations.field", hasItem(containsString("x.png")));
        await().atMost(LONG).until(() -> uploads().isEmpty());
    }

    @Test
    void showsAnExplanationAsAPage() throws IOException {
        String id = submitZip(zip("request.json", PICTURES)).path("id");
        given().get("/explanations/{id}/report", id)
                .then()
                .statusCode(200)
                .contentType("text/html;charset=UTF-8")
                .body(containsString("What the personalization changed"))
                .body(containsString("What it was made from"));
        problem(given().get("/explanations/{id}/report", "unknown"), 404);
    }

    @Test
    void takesNoMoreUploadsThanTheDiskHasRoomFor() throws IOException {
        byte[] zip = zip("request.json", PICTURES);
        room.take("others", uploads.asLongValue() - zip.length + 1);
        try {
            problem(submitZip(zip), 503)
                    .header("Retry-After", notNullValue())
                    .body("detail", startsWith("uploads take all of the"));
        } finally {
            room.leave("others");
        }
        submitZip(zip).then().statusCode(200);
    }

    /** The folders of uploads that are there. */
    private static List<Path> uploads() {
        Path root = Path.of(ConfigProvider.getConfig().getValue("finexl.jobs.directory", String.class), "pictures");
        try (var files = Files.list(root)) {
            return files.filter(Files::isDirectory).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void runsAsSageMakerRunsAContainer() {
        await().atMost(LONG).until(() -> given().get("/ping").statusCode() == 200);
        given().contentType("application/json")
                .body(QUICK)
                .post("/invocations")
                .then()
                .statusCode(200)
                .contentType("application/json")
                .body("usage.images", equalTo(4));
        problem(given().contentType("application/json").body("{}").post("/invocations"), 400);
        given().contentType("text/csv").body("a,b").post("/invocations").then().statusCode(415);
    }

    @Test
    void countsWhatItDoes() {
        submit(QUICK, "Prefer", "wait=120").then().statusCode(200);
        String metrics = given().get("/q/metrics").asString();
        assertThat(metrics)
                .containsPattern("finexl_explanations_total\\{outcome=\"succeeded\"[^}]*} [1-9]")
                .contains("finexl_explanations_total{outcome=\"refused\"")
                .containsPattern("finexl_images_total [1-9]")
                .contains("finexl_explanations_cached_total", "finexl_images_cached_total", "finexl_images_saved_total")
                .containsPattern("finexl_denoiser_evaluations_total [1-9]")
                .containsPattern("finexl_stage_seconds_count\\{stage=\"sampling\"[^}]*} [1-9]")
                .containsPattern("finexl_sessions_open [1-9]")
                .containsPattern("finexl_models_open [1-9]")
                .containsPattern("finexl_models_bytes [1-9]")
                .containsPattern("finexl_models_hits_total [1-9]")
                .containsPattern("finexl_jobs_queued \\d")
                .containsPattern("finexl_explanations_running \\d")
                .containsPattern("finexl_requests_waiting \\d")
                .contains("http_server_requests_seconds_count");
    }

    @Test
    void describesItself() {
        given().accept("application/json")
                .get("/q/openapi")
                .then()
                .statusCode(200)
                .body("paths.'/explanations'.post.operationId", equalTo("submit"))
                .body("paths.'/explanations'.post.requestBody.content", hasKey("application/zip"))
                .body("paths.'/explanations'.post.requestBody.content", hasKey("multipart/form-data"))
                .body("paths.'/explanations'.post.requestBody.content", hasKey("application/json"))
                .body("paths.'/explanations/{id}'.get.operationId", equalTo("explanation"))
                .body("paths.'/explanations/{id}'.delete.operationId", equalTo("cancel"))
                .body("paths.'/explanations/{id}/events'.get.responses.'200'.content", hasKey("text/event-stream"))
                .body(
                        "components.schemas.JobDocument.properties.result.oneOf.'$ref'",
                        hasItem(endsWith("/Explanation")))
                .body("paths", hasKey("/ping"))
                .body("paths", hasKey("/invocations"));
    }

    private static URI uri(String path) {
        return URI.create(RestAssured.baseURI + ":" + RestAssured.port + path);
    }

    private static final String SHOWN = """
            {"base": "mini-diffusion", "loras": [{"model": "vivid"}], "images": 8, "steps": 8, "heads": []}""";

    @Test
    void showsThePairsThatAnExplanationRestsOn() {
        String id = submit(SHOWN, "Prefer", "wait=120")
                .then()
                .statusCode(200)
                .body("state", equalTo("succeeded"))
                .extract()
                .path("id");
        Response pairs = given().queryParam("aspect", "vivid").get("/explanations/" + id + "/pairs");
        pairs.then().statusCode(200).body("size()", equalTo(8)).body("prompt", everyItem(notNullValue()));
        List<Float> shows = pairs.path("shows.vivid");
        assertThat(shows).isSortedAccordingTo(Comparator.reverseOrder());
        String address = pairs.path("[0].personalized");

        Response picture = given().get(address);
        picture.then().statusCode(200).contentType("image/png").header("Cache-Control", containsString("immutable"));

        RgbImage image = new ImageDecoder().decode(picture.asByteArray(), address);
        assertThat(image.width()).isEqualTo(64);
        assertThat(given().get(pairs.<String>path("[0].base")).asByteArray()).isNotEqualTo(picture.asByteArray());
        given().header("If-None-Match", picture.header("ETag"))
                .get(address)
                .then()
                .statusCode(304)
                .header("ETag", equalTo(picture.header("ETag")));

        String report = given().get("/explanations/" + id + "/report").asString();
        assertThat(report.split("data:image/png;base64,", -1)).hasSizeGreaterThan(4);
    }

    @Test
    void refusesPairsAndPicturesThatAreNotThere() {
        String id = submit(QUICK.replace("{\"base", "{\"pictures\": false, \"base"), "Prefer", "wait=120")
                .path("id");
        String pairs = "/explanations/" + id + "/pairs";
        given().get(pairs).then().statusCode(200).body("size()", equalTo(2)).body("[0]", not(hasKey("base")));
        problem(given().queryParam("aspect", "no such").get(pairs), 400).body("violations[0].field", equalTo("aspect"));
        for (String path : List.of(
                pairs + "/0/base",
                pairs + "/9999/base",
                pairs + "/-1/base",
                pairs + "/0/both",
                "/explanations/..%2Fshown/pairs/0/base",
                "/explanations/nothing/pairs")) {
            given().urlEncodingEnabled(false).get(path).then().statusCode(404);
        }
    }

    @Test
    void showsPicturesThatWereUploadedAsLongAsTheirExplanationIsThere() {
        byte[] picture = PngEncoder.encode(new RgbImage(2, 2, new byte[12]));
        String id = remember(given().multiPart("request", PICTURES, "application/json")
                        .multiPart("baseImages", "a.png", picture, "image/png")
                        .multiPart("baseImages", "b.png", picture, "image/png")
                        .multiPart("personalizedImages", "a.png", picture, "image/png")
                        .multiPart("personalizedImages", "b.png", picture, "image/png")
                        .header("Prefer", "wait=120")
                        .post("/explanations"))
                .path("id");
        byte[] shown = given().get("/explanations/" + id + "/pairs/1/base").asByteArray();
        assertThat(new ImageDecoder().decode(shown, "b.png").width()).isEqualTo(2);
    }
}
