package dev.finexl.store.s3;

import com.sun.net.httpserver.HttpExchange;
import dev.finexl.LocalServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;

/** Stands between a client and a storage server: notes every request, and can hold or spoil the answer. */
final class ObservedStorage implements AutoCloseable {

    private final StorageServer storage = new StorageServer();
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final LocalServer server;
    private volatile BiFunction<Request, Answer, Answer> tamper = (_, answer) -> answer;

    /**
     * A request.
     *
     * @param path decoded, {@code /bucket/key}
     * @param range value of that header; empty for none
     * @param query empty for an object, else e.g. that of a listing
     */
    record Request(String method, String path, String range, String query) {

        boolean reads(String key) {
            return method.equals("GET") && query.isEmpty() && path.endsWith("/" + key);
        }

        boolean readsAnObject() {
            return method.equals("GET") && query.isEmpty();
        }

        boolean lists() {
            return query.contains("list-type=2");
        }
    }

    /**
     * An answer.
     *
     * @param sent how many bytes of the body are sent before the connection breaks off
     */
    record Answer(int status, Map<String, String> headers, byte[] body, int sent) {

        Answer withHeader(String name, String value) {
            Map<String, String> more = new TreeMap<>(headers);
            more.put(name, value);
            return new Answer(status, more, body, sent);
        }

        Answer withBody(byte[] other) {
            return new Answer(status, headers, other, other.length);
        }

        Answer cutOffAfter(int bytes) {
            return new Answer(status, headers, body, bytes);
        }

        static Answer failing(int status, String code) {
            String xml = "<Error><Code>%s</Code><Message>secret detail</Message></Error>".formatted(code);
            return new Answer(status, Map.of("Content-Type", "application/xml"), xml.getBytes(), xml.length());
        }
    }

    ObservedStorage() throws Exception {
        server = new LocalServer("/", this::handle);
    }

    URI endpoint() {
        return server.address("");
    }

    StorageServer storage() {
        return storage;
    }

    /** Forgets the requests, and lets the answers be. */
    void reset() {
        requests.clear();
        tamper = (_, answer) -> answer;
    }

    /** What becomes of the answers from now on; it may also wait. */
    void tamper(BiFunction<Request, Answer, Answer> change) {
        tamper = change;
    }

    List<Request> requests() {
        return requests;
    }

    /** How often an object, or a range of it, was read. */
    long reads(String key) {
        return requests.stream().filter(request -> request.reads(key)).count();
    }

    /** How often any object was read. */
    long reads() {
        return requests.stream().filter(Request::readsAnObject).count();
    }

    private void handle(HttpExchange exchange) throws IOException, InterruptedException {
        URI uri = exchange.getRequestURI();
        Request request = new Request(
                exchange.getRequestMethod(),
                uri.getPath(),
                Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("Range"), ""),
                Objects.requireNonNullElse(uri.getQuery(), ""));
        requests.add(request);
        send(exchange, request, tamper.apply(request, forward(exchange, uri)));
    }

    private Answer forward(HttpExchange exchange, URI uri) throws IOException, InterruptedException {
        HttpRequest.Builder forwarded = HttpRequest.newBuilder(URI.create(storage.endpoint()
                        + uri.getRawPath()
                        + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery())))
                .method(
                        exchange.getRequestMethod(),
                        HttpRequest.BodyPublishers.ofByteArray(
                                exchange.getRequestBody().readAllBytes()));
        for (String name : List.of(
                "Range",
                "If-Match",
                "If-None-Match",
                "Content-Type",
                "x-amz-meta-finexl-writer",
                "Authorization",
                "x-amz-date",
                "x-amz-content-sha256")) {
            String value = exchange.getRequestHeaders().getFirst(name);
            if (value != null) {
                forwarded.header(name, value);
            }
        }
        HttpResponse<byte[]> response = client.send(forwarded.build(), HttpResponse.BodyHandlers.ofByteArray());
        Map<String, String> headers = new TreeMap<>();
        response.headers().map().forEach((name, values) -> headers.put(name, values.getFirst()));
        return new Answer(response.statusCode(), headers, response.body(), response.body().length);
    }

    private static void send(HttpExchange exchange, Request request, Answer answer) throws IOException {
        boolean head = request.method().equals("HEAD");
        answer.headers().forEach((name, value) -> {
            boolean ofTransfer = name.equalsIgnoreCase("transfer-encoding")
                    || name.equalsIgnoreCase("connection")
                    || name.equalsIgnoreCase("date")
                    || name.equalsIgnoreCase("content-length") && !head;
            if (!ofTransfer) {
                exchange.getResponseHeaders().set(name, value);
            }
        });
        exchange.sendResponseHeaders(answer.status(), head || answer.body().length == 0 ? -1 : answer.body().length);
        if (!head && answer.body().length > 0) {
            exchange.getResponseBody().write(answer.body(), 0, answer.sent());
            exchange.getResponseBody().flush();
        }
    }

    @Override
    public void close() throws Exception {
        server.close();
        client.close();
        storage.close();
    }
}
