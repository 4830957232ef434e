package dev.finexl.job.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.explain.BatchSize;
import dev.finexl.explain.Explainer;
import dev.finexl.explain.OpenModels;
import dev.finexl.job.trace.Tracing;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.store.Catalogue;
import dev.finexl.store.ResultStore;
import dev.finexl.store.s3.CacheSettings;
import dev.finexl.store.s3.S3AllowList;
import dev.finexl.store.s3.S3Connection;
import dev.finexl.store.s3.S3Location;
import dev.finexl.store.s3.S3Models;
import dev.finexl.store.s3.S3Objects;
import dev.finexl.store.s3.S3Results;
import dev.finexl.store.s3.StorageServer;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Object storage with two buckets, {@code models} and {@code results}, and what audits uploads below {@code models/in}. */
abstract class AuditFixture {

    static final ObjectMapper MAPPER = new ObjectMapper();
    static final String QUICK = "{\"base\": \"mini-diffusion\", \"images\": 2, \"steps\": 2}";
    static final String DIRECT =
            "{\"base\": \"mini-diffusion\", \"loras\": [{\"model\": \"%s\"}], \"images\": 2, \"steps\": 2}";

    static StorageServer storage;
    private static S3Connection connection;
    private static OpenModels models;
    static Explainer explainer;
    private static Validator validator;
    static Uploads uploads;

    @TempDir
    private static Path cache;

    @TempDir
    Path records;

    @BeforeAll
    static void start() throws Exception {
        System.setProperty("aws.accessKeyId", "test");
        System.setProperty("aws.secretAccessKey", "test");
        storage = new StorageServer();
        storage.bucket("models");
        storage.bucket("results");
        connection = new S3Connection(StorageServer.settings(storage.endpoint()));
        models = new OpenModels(new OnnxRuntime(OnnxSettings.cpu()));
        S3Models remote = new S3Models(
                connection, S3AllowList.parse(List.of()), new CacheSettings(cache, 1L << 30, 4, 1 << 20, 2));
        explainer = new Explainer(new Catalogue(List.of(), remote), null, models, BatchSize.fixed(8), "test", null);
        validator = Validation.buildDefaultValidatorFactory().getValidator();
        uploads = new Uploads(storage, "models");
    }

    @AfterAll
    static void stop() throws Exception {
        models.close();
        connection.close();
        storage.close();
    }

    Invocations invocations(String request, ResultStore results) {
        return invocations(request, results, Duration.ofSeconds(2));
    }

    Invocations invocations(String request, ResultStore results, Duration margin) {
        return invocations(results, settings(request, margin, false));
    }

    static AuditSettings settings(String request, Duration margin, boolean pictures) {
        return new AuditSettings(
                List.of(S3Location.parse("s3://models/in")), request, Duration.ofSeconds(30), margin, pictures);
    }

    Invocations invocations(ResultStore results, AuditSettings settings) {
        return Invocations.of(
                explainer,
                new S3Objects(connection),
                results,
                new FileIdempotencyStore(records),
                settings,
                validator,
                MAPPER,
                Tracing.NONE);
    }

    Invocations invocations() {
        return invocations(QUICK, results());
    }

    static S3Results results() {
        return new S3Results(connection, S3Location.parse("s3://results/kept"));
    }

    static JsonNode handle(Invocations invocations, String event) {
        return invocations.handle(event.getBytes(StandardCharsets.UTF_8), Instant.MAX);
    }

    static JsonNode result(JsonNode answer) throws IOException {
        String place = answer.at("/audits/0/result").asText();
        return MAPPER.readTree(results().get(place).orElseThrow());
    }

    /** The report beside the result of an answer. */
    static String report(JsonNode answer) {
        String place = answer.at("/audits/0/result").asText().replaceFirst("\\.json$", ".html");
        return new String(results().get(place).orElseThrow(), StandardCharsets.UTF_8);
    }

    static String message(String id, String body) {
        ObjectNode event = MAPPER.createObjectNode();
        event.putArray("Records")
                .addObject()
                .put("messageId", id)
                .put("eventSource", "aws:sqs")
                .put("body", body);
        return event.toString();
    }
}
