package dev.finexl.job.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A queue as SQS is one: what is received stays, out of sight for a time, until it is deleted; who dies with it, or says that
 * it failed, leaves it to the next. It delivers at least once, and in any order.
 */
final class RedeliveringQueue {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration RETRY = Duration.ofMillis(200);

    private final Map<String, Message> messages = new LinkedHashMap<>();
    private final Duration visibility;
    private int sent;
    private int deliveries;

    private static final class Message {

        private final String body;
        private long visibleAt = System.nanoTime();

        Message(String body) {
            this.body = body;
        }
    }

    /** @param visibility how long a received message stays out of sight */
    RedeliveringQueue(Duration visibility) {
        this.visibility = visibility;
    }

    synchronized void send(String body) {
        messages.put("m" + sent++, new Message(body));
        notifyAll();
    }

    /** How often messages were delivered, all together. */
    synchronized int deliveries() {
        return deliveries;
    }

    synchronized int size() {
        return messages.size();
    }

    /**
     * Waits for messages that can be seen.
     *
     * @return an event as SQS hands it to a function; null when no messages are left at all
     */
    synchronized ObjectNode receive(int most) throws InterruptedException {
        while (!messages.isEmpty()) {
            long now = System.nanoTime();
            long next = Long.MAX_VALUE;
            ObjectNode event = MAPPER.createObjectNode();
            ArrayNode records = event.putArray("Records");
            for (Map.Entry<String, Message> entry : messages.entrySet()) {
                long wait = entry.getValue().visibleAt - now;
                if (wait <= 0 && records.size() < most) {
                    entry.getValue().visibleAt = now + visibility.toNanos();
                    deliveries++;
                    records.addObject()
                            .put("messageId", entry.getKey())
                            .put("eventSource", "aws:sqs")
                            .put("body", entry.getValue().body);
                }
                next = Math.min(next, Math.max(1, wait));
            }
            if (!records.isEmpty()) {
                return event;
            }
            wait(1 + next / 1_000_000);
        }
        return null;
    }

    /** Deletes the messages of an event, but for those that the answer calls failed. */
    synchronized void settle(ObjectNode event, JsonNode answer) {
        List<String> failed = new ArrayList<>();
        answer.get("batchItemFailures")
                .forEach(item -> failed.add(item.get("itemIdentifier").asText()));
        for (JsonNode item : event.get("Records")) {
            String id = item.get("messageId").asText();
            if (!failed.contains(id)) {
                messages.remove(id);
            } else if (messages.containsKey(id)) {
                messages.get(id).visibleAt = System.nanoTime() + RETRY.toNanos();
            }
        }
        notifyAll();
    }
}
