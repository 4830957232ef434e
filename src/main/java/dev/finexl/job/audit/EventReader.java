package dev.finexl.job.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.store.ModelJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/**
 * Tells by its shape what an event is about. Exists because one function is invoked by all of them, and none of them says
 * its kind in one place: an S3 notification and an SQS batch are told apart by {@code Records[].eventSource}, an
 * EventBridge event by {@code source}, a call by {@code requestContext}, and what has none of these is a request.
 *
 * <p>Only what is used is read, and that strictly: whoever can reach the function or its queue writes the event.
 */
public final class EventReader {

    /** Most bytes of an event: what Lambda accepts for a synchronous invocation. */
    public static final int LARGEST_EVENT = 6 << 20;

    private EventReader() {}

    /**
     * Reads an event.
     *
     * @throws EventException if it is not JSON, larger than {@link #LARGEST_EVENT}, or of no known shape
     */
    public static Event read(byte[] json) {
        if (json.length > LARGEST_EVENT) {
            throw new EventException("the event has more than %d bytes".formatted(LARGEST_EVENT));
        }
        try {
            return read(ModelJson.MAPPER.readTree(json));
        } catch (JsonProcessingException e) {
            throw new EventException("the event is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("bytes in memory could not be read", e);
        }
    }

    private static Event read(JsonNode event) {
        if (!(event instanceof ObjectNode object)) {
            throw new EventException("the event is not a JSON object");
        }
        if (object.has("Records")) {
            return records(object.get("Records"));
        }
        if ("s3:TestEvent".equals(object.path("Event").asText())) {
            return new Event.Stored(List.of(), List.of("s3:TestEvent"));
        }
        if (object.has("detail-type")) {
            return eventBridge(object);
        }
        if (object.has("requestContext")) {
            return call(object);
        }
        return new Event.Explain(object);
    }

    private static Event records(JsonNode records) {
        if (!records.isArray()) {
            throw new EventException("Records: expected an array");
        }
        if (records.isEmpty()) {
            return new Event.Stored(List.of(), List.of("no records"));
        }
        String source = records.get(0).path("eventSource").asText();
        return switch (source) {
            case "aws:sqs" -> batch(records);
            case "aws:s3" -> notification(records);
            default ->
                throw new EventException("Records[0].eventSource: expected aws:s3 or aws:sqs, not '%s'"
                        .formatted(ModelJson.excerpt(source)));
        };
    }

    private static Event.Batch batch(JsonNode records) {
        List<Event.Message> messages = new ArrayList<>();
        for (int i = 0; i < records.size(); i++) {
            String at = "Records[%d]".formatted(i);
            requireSource(records.get(i), "aws:sqs", at);
            messages.add(new Event.Message(text(records.get(i), "messageId", at), text(records.get(i), "body", at)));
        }
        return new Event.Batch(messages);
    }

    private static Event.Stored notification(JsonNode records) {
        List<ObjectVersion> uploads = new ArrayList<>();
        List<String> ignored = new ArrayList<>();
        for (int i = 0; i < records.size(); i++) {
            JsonNode item = records.get(i);
            String at = "Records[%d]".formatted(i);
            requireSource(item, "aws:s3", at);
            // S3 itself writes it without the prefix "s3:", some servers that speak its protocol with it.
            String name = text(item, "eventName", at).replaceFirst("^s3:", "");
            if (!name.startsWith("ObjectCreated:")) {
                ignored.add(ModelJson.excerpt(name));
                continue;
            }
            JsonNode object = item.path("s3").path("object");
            uploads.add(version(
                    at + ".s3.",
                    text(item.path("s3").path("bucket"), "name", at + ".s3.bucket"),
                    decoded(text(object, "key", at + ".s3.object"), at + ".s3.object.key"),
                    optionalText(object, "versionId", at + ".s3.object"),
                    optionalText(object, "eTag", at + ".s3.object")));
        }
        return new Event.Stored(uploads, ignored);
    }

    private static Event.Stored eventBridge(ObjectNode event) {
        String source = text(event, "source", "event");
        if (!source.equals("aws.s3")) {
            throw new EventException("source: expected aws.s3, not '%s'".formatted(ModelJson.excerpt(source)));
        }
        String type = text(event, "detail-type", "event");
        if (!type.equals("Object Created")) {
            return new Event.Stored(List.of(), List.of(ModelJson.excerpt(type)));
        }
        JsonNode object = event.path("detail").path("object");
        return new Event.Stored(
                List.of(version(
                        "detail.",
                        text(event.path("detail").path("bucket"), "name", "detail.bucket"),
                        text(object, "key", "detail.object"),
                        optionalText(object, "version-id", "detail.object"),
                        optionalText(object, "etag", "detail.object"))),
                List.of());
    }

    private static Event.Call call(ObjectNode event) {
        JsonNode context = event.get("requestContext");
        boolean second = context.has("http");
        String method = second
                ? text(context.get("http"), "method", "requestContext.http")
                : text(event, "httpMethod", "event");
        String path = second ? text(event, "rawPath", "event") : text(event, "path", "event");
        String stage = "/" + context.path("stage").asText();
        if (stage.length() > 1 && path.startsWith(stage + "/")) {
            path = path.substring(stage.length());
        }
        return new Event.Call(method.toUpperCase(Locale.ROOT), path, body(event));
    }

    private static byte[] body(ObjectNode event) {
        String body = optionalText(event, "body", "event");
        if (body == null) {
            return null;
        }
        if (!event.path("isBase64Encoded").asBoolean()) {
            return body.getBytes(StandardCharsets.UTF_8);
        }
        try {
            return Base64.getDecoder().decode(body);
        } catch (IllegalArgumentException e) {
            throw new EventException("body: is not base64, though isBase64Encoded says so", e);
        }
    }

    private static ObjectVersion version(String at, String bucket, String key, String versionId, String etag) {
        try {
            return new ObjectVersion(bucket, key, versionId, etag);
        } catch (IllegalArgumentException e) {
            throw new EventException(at + e.getMessage(), e);
        }
    }

    /** In notifications, and only there, keys are encoded as in a form: a space is a plus sign. */
    private static String decoded(String key, String at) {
        try {
            return URLDecoder.decode(key, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new EventException(at + ": is not URL-encoded: " + e.getMessage(), e);
        }
    }

    private static void requireSource(JsonNode item, String expected, String at) {
        if (!expected.equals(item.path("eventSource").asText())) {
            throw new EventException("%s.eventSource: expected %s like the first".formatted(at, expected));
        }
    }

    private static String text(JsonNode object, String field, String at) {
        String value = optionalText(object, field, at);
        if (value == null) {
            throw new EventException("%s.%s: expected a text".formatted(at, field));
        }
        return value;
    }

    private static String optionalText(JsonNode object, String field, String at) {
        JsonNode value = object.get(field);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw new EventException("%s.%s: expected a text".formatted(at, field));
        }
        return value.textValue();
    }
}
