package dev.finexl.job.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.store.ResultStore;
import dev.finexl.store.s3.S3Results;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Queues deliver more than once, and in any order. */
class DuplicateEventsTest extends AuditFixture {

    /** 200 deliveries of 5 versions in any order, to 4 workers: each version is run once. */
    @Test
    void duplicatedAndReorderedEventsAreOneRunForEachVersion() throws Exception {
        List<String> events = new ArrayList<>();
        for (int version = 0; version < 5; version++) {
            String key = "in/many/%d.safetensors".formatted(version);
            String etag = uploads.put(key, Uploads.lora(version % 2 == 0 ? "vivid" : "pixelated"));
            for (int copy = 0; copy < 40; copy++) {
                events.add(copy % 2 == 0 ? uploads.notification(key, etag) : uploads.eventBridge(key, etag));
            }
        }
        Collections.shuffle(events, new Random(1));
        RedeliveringQueue queue = new RedeliveringQueue(Duration.ofSeconds(60));
        events.forEach(queue::send);
        AtomicInteger written = new AtomicInteger();
        S3Results kept = results();
        ResultStore counting = new Counting(kept, written);
        List<Callable<Void>> workers = Collections.nCopies(4, () -> {
            Invocations own = invocations(QUICK, counting);
            for (ObjectNode event = queue.receive(10); event != null; event = queue.receive(10)) {
                queue.settle(event, handle(own, event.toString()));
            }
            return null;
        });
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (Future<Void> worker : threads.invokeAll(workers)) {
                worker.get();
            }
        }
        assertThat(queue.deliveries()).isGreaterThanOrEqualTo(200);
        // A result and its report each.
        assertThat(written).hasValue(10);
        List<String> keys = storage
                .client()
                .listObjectsV2(r -> r.bucket("results").prefix("kept/audits/models/in/many/"))
                .contents()
                .stream()
                .map(object -> object.key().substring("kept/".length()))
                .filter(key -> key.endsWith(".json"))
                .toList();
        assertThat(keys).hasSize(5);
        for (String key : keys) {
            JsonNode result = MAPPER.readTree(kept.get(key).orElseThrow());
            assertThat(result.get("status").asText()).isEqualTo("succeeded");
            assertThat(result.get("attempt").asInt()).isEqualTo(1);
        }
    }

    /** The real store, and how often it was written to. */
    private record Counting(ResultStore store, AtomicInteger written) implements ResultStore {

        @Override
        public Optional<byte[]> get(String key) {
            return store.get(key);
        }

        @Override
        public void put(String key, byte[] body, String contentType) {
            written.incrementAndGet();
            store.put(key, body, contentType);
        }

        @Override
        public boolean putIfAbsent(String key, byte[] body, String contentType) {
            written.incrementAndGet();
            return store.putIfAbsent(key, body, contentType);
        }

        @Override
        public void delete(String key) {
            store.delete(key);
        }

        @Override
        public String describe(String key) {
            return store.describe(key);
        }
    }
}
