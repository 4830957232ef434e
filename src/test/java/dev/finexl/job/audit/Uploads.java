package dev.finexl.job.audit;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.store.s3.StorageServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Uploads to a bucket, and the events that tell of them. */
final class Uploads {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final StorageServer storage;
    private final String bucket;

    Uploads(StorageServer storage, String bucket) {
        this.storage = storage;
        this.bucket = bucket;
    }

    /** The bytes of a bundled LoRA. */
    static byte[] lora(String name) throws IOException {
        try (InputStream in = Uploads.class.getResourceAsStream("/models/loras/%s.safetensors".formatted(name))) {
            return in.readAllBytes();
        }
    }

    /** Uploads an object; its ETag. */
    String put(String key, byte[] body) {
        storage.put(bucket, key, body);
        return storage.client().headObject(r -> r.bucket(bucket).key(key)).eTag();
    }

    /** Uploads an object; the S3 notification of it. */
    String notified(String key, byte[] body) {
        return notification(key, put(key, body));
    }

    String notification(String key, String etag) {
        ObjectNode event = MAPPER.createObjectNode();
        ObjectNode item = event.putArray("Records")
                .addObject()
                .put("eventSource", "aws:s3")
                .put("eventName", "ObjectCreated:Put");
        ObjectNode s3 = item.putObject("s3");
        s3.putObject("bucket").put("name", bucket);
        s3.putObject("object")
                .put("key", URLEncoder.encode(key, StandardCharsets.UTF_8))
                .put("eTag", etag);
        return event.toString();
    }

    String eventBridge(String key, String etag) {
        ObjectNode event =
                MAPPER.createObjectNode().put("detail-type", "Object Created").put("source", "aws.s3");
        ObjectNode detail = event.putObject("detail");
        detail.putObject("bucket").put("name", bucket);
        detail.putObject("object").put("key", key).put("etag", etag);
        return event.toString();
    }
}
