package dev.finexl.job.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import dev.finexl.LocalServer;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * One table that is used through {@code UpdateItem} alone, over DynamoDB's own protocol: conditions of {@code AND},
 * {@code OR}, parentheses, comparisons and {@code attribute_[not_]exists}; updates of {@code SET}, {@code ADD} and
 * {@code REMOVE}. What it does not know it refuses, as DynamoDB refuses names and values that no expression uses.
 */
final class DynamoServer implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final LocalServer server;
    private final Map<String, ObjectNode> items = new ConcurrentHashMap<>();
    private final AtomicInteger answersToLose = new AtomicInteger();

    DynamoServer() {
        server = new LocalServer("/", this::handle);
    }

    URI endpoint() {
        return server.address("");
    }

    /** Does what the next requests ask for, and hangs up before it says so. */
    void loseAnswers(int count) {
        answersToLose.set(count);
    }

    ObjectNode item(String id) {
        return items.get(id);
    }

    private void handle(HttpExchange exchange) throws IOException {
        if (!"DynamoDB_20120810.UpdateItem".equals(exchange.getRequestHeaders().getFirst("X-Amz-Target"))) {
            send(exchange, 400, error("UnknownOperationException", "only UpdateItem is known"));
            return;
        }
        JsonNode request = MAPPER.readTree(exchange.getRequestBody());
        Answer answer;
        synchronized (items) {
            answer = update(request);
        }
        if (answersToLose.getAndUpdate(n -> Math.max(0, n - 1)) == 0) {
            send(exchange, answer.status(), answer.body());
        }
    }

    private record Answer(int status, ObjectNode body) {}

    private Answer update(JsonNode request) {
        for (String names : new String[] {"ExpressionAttributeNames", "ExpressionAttributeValues"}) {
            for (var field : request.path(names).properties()) {
                Pattern used = Pattern.compile(Pattern.quote(field.getKey()) + "\\b");
                if (!used.matcher(request.path("UpdateExpression").asText() + " "
                                + request.path("ConditionExpression").asText())
                        .find()) {
                    return new Answer(400, error("ValidationException", "unused: " + field.getKey()));
                }
            }
        }
        String id = request.at("/Key/id/S").asText();
        ObjectNode old = items.get(id);
        ObjectNode item = old == null ? MAPPER.createObjectNode() : old.deepCopy();
        Condition condition = new Condition(request, item);
        if (!condition.holds()) {
            ObjectNode error = error("ConditionalCheckFailedException", "The conditional request failed");
            if (old != null
                    && "ALL_OLD"
                            .equals(request.path("ReturnValuesOnConditionCheckFailure")
                                    .asText())) {
                error.set("Item", old);
            }
            return new Answer(400, error);
        }
        item.putObject("id").put("S", id);
        apply(request, item);
        items.put(id, item);
        ObjectNode body = MAPPER.createObjectNode();
        if ("ALL_NEW".equals(request.path("ReturnValues").asText())) {
            body.set("Attributes", item);
        }
        return new Answer(200, body);
    }

    private static void apply(JsonNode request, ObjectNode item) {
        JsonNode names = request.path("ExpressionAttributeNames");
        JsonNode values = request.path("ExpressionAttributeValues");
        for (String clause : request.path("UpdateExpression").asText().split("(?=\\b(?:SET|ADD|REMOVE)\\b)")) {
            String verb = clause.substring(0, clause.indexOf(' '));
            for (String action : clause.substring(verb.length()).split(",")) {
                String[] words = action.trim().split("[ =]+");
                String name = names.path(words[0]).asText();
                switch (verb) {
                    case "SET" -> item.set(name, values.get(words[1]));
                    case "REMOVE" -> item.remove(name);
                    case "ADD" -> {
                        long sum = item.path(name).path("N").asLong()
                                + values.path(words[1]).path("N").asLong();
                        item.putObject(name).put("N", Long.toString(sum));
                    }
                    default -> throw new IllegalArgumentException(verb);
                }
            }
        }
    }

    /** A recursive descent through a condition: a disjunction of conjunctions of tests. */
    private static final class Condition {

        private final Scanner words;
        private final JsonNode names;
        private final JsonNode values;
        private final ObjectNode item;

        Condition(JsonNode request, ObjectNode item) {
            this.words =
                    new Scanner(request.path("ConditionExpression").asText().replaceAll("([()])", " $1 "));
            this.names = request.path("ExpressionAttributeNames");
            this.values = request.path("ExpressionAttributeValues");
            this.item = item;
        }

        boolean holds() {
            boolean holds = all();
            while (words.hasNext("OR")) {
                words.next();
                holds |= all();
            }
            return holds;
        }

        private boolean all() {
            boolean holds = test();
            while (words.hasNext("AND")) {
                words.next();
                holds &= test();
            }
            return holds;
        }

        private boolean test() {
            String first = words.next();
            if (first.equals("(")) {
                boolean holds = holds();
                words.next("\\)");
                return holds;
            }
            if (first.startsWith("attribute_")) {
                words.next("\\(");
                boolean exists = item.has(names.path(words.next()).asText());
                words.next("\\)");
                return exists == first.equals("attribute_exists");
            }
            JsonNode found = item.get(names.path(first).asText());
            String operator = words.next();
            JsonNode expected = values.get(words.next());
            return switch (operator) {
                case "=" -> expected.equals(found);
                case "<=" ->
                    found != null
                            && found.path("N").asLong() <= expected.path("N").asLong();
                default -> throw new IllegalArgumentException(operator);
            };
        }
    }

    private static ObjectNode error(String type, String message) {
        return MAPPER.createObjectNode()
                .put("__type", "com.amazonaws.dynamodb.v20120810#" + type)
                .put("message", message);
    }

    private static void send(HttpExchange exchange, int status, ObjectNode body) throws IOException {
        byte[] bytes = MAPPER.writeValueAsBytes(body);
        exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.0");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.close();
    }
}
