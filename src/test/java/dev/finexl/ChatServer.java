package dev.finexl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** A local server that speaks OpenAI's chat protocol as far as it is told to, and remembers what it was asked. */
public final class ChatServer implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final LocalServer server;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<Answer> answers;

    /** How one request is answered. */
    @FunctionalInterface
    public interface Answer {

        /** @param closed opens when the server is closed, for an answer that does not come before */
        void send(HttpExchange exchange, CountDownLatch closed) throws IOException, InterruptedException;
    }

    /** A request as it came. */
    public record Request(String method, String path, String authorization, JsonNode body) {}

    /** @param answers to one request after the other; the last is repeated */
    public ChatServer(Answer... answers) {
        this.answers = List.of(answers);
        server = new LocalServer("/", this::handle);
    }

    public URI baseUrl() {
        return server.address("/v1");
    }

    public List<Request> requests() {
        return requests;
    }

    private void handle(HttpExchange exchange) throws IOException, InterruptedException {
        requests.add(new Request(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getPath(),
                exchange.getRequestHeaders().getFirst("Authorization"),
                MAPPER.readTree(exchange.getRequestBody().readAllBytes())));
        answers.get(Math.min(requests.size(), answers.size()) - 1).send(exchange, closed);
    }

    /** A chat completion whose message has this text. */
    public static Answer says(String text) {
        return message(MAPPER.createObjectNode().put("role", "assistant").put("content", text));
    }

    /** A chat completion in which the model refuses. */
    public static Answer refuses(String why) {
        return message(MAPPER.createObjectNode()
                .put("role", "assistant")
                .putNull("content")
                .put("refusal", why));
    }

    private static Answer message(ObjectNode message) {
        ObjectNode completion = MAPPER.createObjectNode()
                .put("id", "chatcmpl-1")
                .put("object", "chat.completion")
                .put("created", 1)
                .put("model", "looker");
        completion
                .putArray("choices")
                .addObject()
                .put("index", 0)
                .put("finish_reason", "stop")
                .set("message", message);
        completion
                .putObject("usage")
                .put("prompt_tokens", 10)
                .put("completion_tokens", 5)
                .put("total_tokens", 15);
        return body(200, completion.toString());
    }

    /** Any body with any status. */
    public static Answer body(int status, String body) {
        return (exchange, closed) -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    /** Nothing, until the server is closed. */
    public static Answer silence() {
        return (exchange, closed) -> closed.await();
    }

    /** Headers and the first byte, and then nothing until the server is closed. */
    public static Answer stall() {
        return (exchange, closed) -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            closed.await();
        };
    }

    /** A body that does not end before the client goes away. */
    public static Answer flood() {
        return (exchange, closed) -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] block = " ".repeat(1 << 16).getBytes(StandardCharsets.UTF_8);
            OutputStream out = exchange.getResponseBody();
            while (closed.getCount() > 0) {
                out.write(block);
            }
        };
    }

    /** A connection that breaks off. */
    public static Answer hangUp() {
        return (exchange, closed) -> {};
    }

    @Override
    public void close() {
        closed.countDown();
        server.close();
    }
}
