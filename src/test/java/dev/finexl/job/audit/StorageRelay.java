package dev.finexl.job.audit;

import com.sun.net.httpserver.HttpExchange;
import dev.finexl.LocalServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.Set;

/** Stands between a program and a storage server, and lets a test act in the middle of what they say to each other. */
final class StorageRelay implements AutoCloseable {

    private static final Set<String> NOT_FORWARDED =
            Set.of("host", "connection", "content-length", "expect", "transfer-encoding");

    private final LocalServer server;
    private final HttpClient client = HttpClient.newHttpClient();
    private final URI storage;
    private final Intervention intervention;

    /** Where one can act. Who returns false breaks the connection off. */
    interface Intervention {

        /** A request has arrived whole and is not yet forwarded. */
        boolean before(String method, String path);

        /** A request has been answered, and some of the answer is passed on. */
        boolean during(String method, String path);

        /** What part of an answer is passed on before {@link #during} is asked, 0 to 1. */
        double fraction();

        /** A request has been answered, and nothing of the answer is passed on yet. */
        boolean answered(String method, String path);
    }

    StorageRelay(URI storage, Intervention intervention) {
        this.storage = storage;
        this.intervention = intervention;
        server = new LocalServer("/", this::handle);
    }

    URI endpoint() {
        return server.address("");
    }

    private void handle(HttpExchange exchange) throws IOException, InterruptedException {
        String method = exchange.getRequestMethod();
        String path = exchange.getRequestURI().getPath();
        byte[] body = exchange.getRequestBody().readAllBytes();
        if (!intervention.before(method, path)) {
            return;
        }
        HttpResponse<byte[]> answer = forward(exchange, body);
        if (!intervention.answered(method, path)) {
            return;
        }
        answer.headers().map().forEach((name, values) -> {
            if (!NOT_FORWARDED.contains(name)) {
                exchange.getResponseHeaders().put(name, values);
            }
        });
        if (method.equals("HEAD")) {
            answer.headers()
                    .firstValue("content-length")
                    .ifPresent(length -> exchange.getResponseHeaders().set("Content-Length", length));
            exchange.sendResponseHeaders(answer.statusCode(), -1);
            return;
        }
        exchange.sendResponseHeaders(answer.statusCode(), answer.body().length == 0 ? -1 : answer.body().length);
        int first = (int) (answer.body().length * intervention.fraction());
        exchange.getResponseBody().write(answer.body(), 0, first);
        exchange.getResponseBody().flush();
        if (intervention.during(method, path)) {
            exchange.getResponseBody().write(answer.body(), first, answer.body().length - first);
        }
    }

    private HttpResponse<byte[]> forward(HttpExchange exchange, byte[] body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(storage.resolve(exchange.getRequestURI()))
                .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (!NOT_FORWARDED.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
            }
        });
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    @Override
    public void close() {
        server.close();
        client.shutdownNow();
    }
}
