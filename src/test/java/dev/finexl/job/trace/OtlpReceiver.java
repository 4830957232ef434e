package dev.finexl.job.trace;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.sun.net.httpserver.HttpExchange;
import dev.finexl.LocalServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** A local receiver of spans by OTLP over HTTP, which reads them as {@code opentelemetry/proto/trace/v1/trace.proto} has them. */
public final class OtlpReceiver implements AutoCloseable {

    private final LocalServer server;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<Received> spans = new CopyOnWriteArrayList<>();
    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private volatile boolean hanging;

    /**
     * A span as it came.
     *
     * @param start in nanoseconds since the epoch
     * @param error whether its status says so
     * @param resource of which program it is
     */
    public record Received(
            String trace,
            String id,
            String parent,
            String name,
            long start,
            long end,
            boolean error,
            Map<String, Object> attributes,
            Map<String, Object> resource) {}

    public OtlpReceiver() {
        server = new LocalServer("/v1/traces", this::handle);
    }

    /** Where OpenTelemetry's exporters are to send to. */
    public URI endpoint() {
        return server.address("");
    }

    /** What has come. */
    public List<Received> spans() {
        return spans;
    }

    /** All that was sent, as text, in which any secret would be seen. */
    public List<String> bodies() {
        return bodies;
    }

    /** From now on does not answer. */
    void hang() {
        hanging = true;
    }

    private void handle(HttpExchange exchange) throws IOException, InterruptedException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        if (hanging) {
            closed.await();
        }
        bodies.add(new String(body, StandardCharsets.ISO_8859_1));
        for (UnknownFieldSet resourceSpans : messages(UnknownFieldSet.parseFrom(body), 1)) {
            Map<String, Object> resource = attributes(messages(resourceSpans, 1).getFirst(), 1);
            messages(resourceSpans, 2).stream()
                    .flatMap(scope -> messages(scope, 2).stream())
                    .forEach(span -> spans.add(span(span, resource)));
        }
        exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
        exchange.sendResponseHeaders(200, -1);
    }

    private static Received span(UnknownFieldSet span, Map<String, Object> resource) {
        return new Received(
                hex(span, 1),
                hex(span, 2),
                hex(span, 4),
                text(span, 5),
                span.getField(7).getFixed64List().getFirst(),
                span.getField(8).getFixed64List().getFirst(),
                messages(span, 15).stream()
                        .anyMatch(status -> status.getField(3).getVarintList().contains(2L)),
                attributes(span, 9),
                resource);
    }

    private static List<UnknownFieldSet> messages(UnknownFieldSet of, int field) {
        return of.getField(field).getLengthDelimitedList().stream()
                .map(OtlpReceiver::message)
                .toList();
    }

    private static UnknownFieldSet message(ByteString bytes) {
        try {
            return UnknownFieldSet.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hex(UnknownFieldSet of, int field) {
        return of.getField(field).getLengthDelimitedList().stream()
                .map(bytes -> HexFormat.of().formatHex(bytes.toByteArray()))
                .findFirst()
                .orElse("");
    }

    private static String text(UnknownFieldSet of, int field) {
        return of.getField(field).getLengthDelimitedList().getFirst().toStringUtf8();
    }

    private static Map<String, Object> attributes(UnknownFieldSet of, int field) {
        Map<String, Object> attributes = new TreeMap<>();
        for (UnknownFieldSet pair : messages(of, field)) {
            attributes.put(text(pair, 1), value(messages(pair, 2).getFirst()));
        }
        return attributes;
    }

    /** Lists are not told apart; none is expected. */
    private static Object value(UnknownFieldSet any) {
        if (any.hasField(1)) {
            return text(any, 1);
        }
        if (any.hasField(2)) {
            return any.getField(2).getVarintList().getFirst() == 1;
        }
        return any.hasField(3) ? any.getField(3).getVarintList().getFirst() : "?";
    }

    @Override
    public void close() {
        closed.countDown();
        server.close();
    }
}
