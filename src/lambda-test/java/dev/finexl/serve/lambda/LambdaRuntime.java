package dev.finexl.serve.lambda;

import com.sun.net.httpserver.HttpExchange;
import dev.finexl.LocalServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Lambda's runtime API, version 2018-06-01, on loopback, for one function: what an executable asks for its events and gives
 * its answers to.
 */
final class LambdaRuntime implements AutoCloseable {

    private static final String PREFIX = "/2018-06-01/runtime/";
    private static final String NEXT = PREFIX + "invocation/next";

    private final LocalServer server;
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
    private int invocations;

    /**
     * What the function said.
     *
     * @param kind {@code response}, or {@code error}
     */
    record Answer(String kind, String body) {}

    LambdaRuntime() {
        server = new LocalServer(PREFIX, this::handle);
    }

    /** The value of AWS_LAMBDA_RUNTIME_API. */
    String address() {
        return server.authority();
    }

    /** Gives the function an event, and waits for what it says; null if it takes too long. */
    Answer invoke(String event, Duration patience) throws InterruptedException {
        events.add(event);
        return answers.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void handle(HttpExchange exchange) throws IOException, InterruptedException {
        String path = exchange.getRequestURI().getPath();
        if (path.equals(NEXT)) {
            byte[] event = events.take().getBytes(StandardCharsets.UTF_8);
            var headers = exchange.getResponseHeaders();
            headers.set("Lambda-Runtime-Aws-Request-Id", "invocation-" + ++invocations);
            headers.set(
                    "Lambda-Runtime-Deadline-Ms",
                    Long.toString(Instant.now().plusSeconds(300).toEpochMilli()));
            headers.set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:123456789012:function:finexl");
            exchange.sendResponseHeaders(200, event.length);
            exchange.getResponseBody().write(event);
        } else {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(202, -1);
            answers.add(new Answer(path.substring(path.lastIndexOf('/') + 1), body));
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
