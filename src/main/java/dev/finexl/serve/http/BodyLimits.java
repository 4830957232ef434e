package dev.finexl.serve.http;

import dev.finexl.job.UploadRoom;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.quarkus.vertx.http.runtime.RouteConstants;
import io.quarkus.vertx.http.runtime.VertxHttpRecorder;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Holds everything but uploads of pictures to a small body, and all uploads that come in at one time to the room there
 * is. Exists because the server knows one limit for all requests, and what is right for a thousand pictures on their way
 * to the disk is too much for JSON, which is read into memory, and for more uploads than the disk holds.
 */
@ApplicationScoped
class BodyLimits {

    /** Room for a request with thousands of concepts and prompts of its own. */
    private static final long SMALL = 4L << 20;

    private final UploadRoom room;
    private final long largestUpload;

    BodyLimits(UploadRoom room, @ConfigProperty(name = "finexl.http.upload-bytes") long largestUpload) {
        this.room = room;
        this.largestUpload = largestUpload;
    }

    void limit(@Observes Router router) {
        router.route().order(RouteConstants.ROUTE_ORDER_UPLOAD_LIMIT + 1).handler(this::limit);
    }

    private void limit(RoutingContext routing) {
        if (isUpload(routing.request())) {
            // The server writes the body to the disk before anybody sees it.
            String body = "body " + UUID.randomUUID();
            try {
                room.take(body, Math.min(announced(routing.request()).orElse(largestUpload), largestUpload));
            } catch (UploadRoom.FullException e) {
                routing.response().putHeader(HttpHeaderNames.RETRY_AFTER, Integer.toString(Problems.RETRY_SECONDS));
                refuse(routing, Response.Status.SERVICE_UNAVAILABLE, e.getMessage());
                return;
            }
            routing.addEndHandler(_ -> room.leave(body));
        } else {
            if (announced(routing.request()).orElse(0) > SMALL) {
                refuse(
                        routing,
                        Response.Status.REQUEST_ENTITY_TOO_LARGE,
                        "expected a body of at most %d bytes".formatted(SMALL));
                return;
            }
            // Read by the server while it takes a body in whose length was not announced.
            routing.put(VertxHttpRecorder.MAX_REQUEST_SIZE_KEY, SMALL);
        }
        routing.next();
    }

    /** The rest of the body is not waited for, so the connection is of no more use. */
    private static void refuse(RoutingContext routing, Response.Status status, String detail) {
        routing.response().putHeader(HttpHeaderNames.CONNECTION, "close");
        RawProblem.send(routing, status, detail);
    }

    private static boolean isUpload(HttpServerRequest request) {
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        if (type == null) {
            return false;
        }
        String lower = type.toLowerCase(Locale.ROOT);
        return lower.startsWith("multipart/form-data") || lower.startsWith("application/zip");
    }

    /** Netty has refused what is no number, and reads no more than what was announced. */
    private static OptionalLong announced(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(length));
    }
}
