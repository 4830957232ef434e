package dev.finexl.serve.http;

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

/**
 * Holds everything but uploads of pictures to a small body. Exists because the server knows one limit for all requests,
 * and what is right for a thousand pictures on their way to the disk is too much for JSON, which is read into memory.
 */
@ApplicationScoped
class BodyLimits {

    /** Room for a request with thousands of concepts and prompts of its own. */
    private static final long SMALL = 4L << 20;

    void limit(@Observes Router router) {
        router.route().order(RouteConstants.ROUTE_ORDER_UPLOAD_LIMIT + 1).handler(BodyLimits::limit);
    }

    private static void limit(RoutingContext routing) {
        if (!isUpload(routing.request())) {
            if (announced(routing.request()) > SMALL) {
                routing.response()
                        .putHeader(HttpHeaderNames.CONNECTION, "close")
                        .setStatusCode(Response.Status.REQUEST_ENTITY_TOO_LARGE.getStatusCode())
                        .end();
                return;
            }
            // Read by the server while it takes a body in whose length was not announced.
            routing.put(VertxHttpRecorder.MAX_REQUEST_SIZE_KEY, SMALL);
        }
        routing.next();
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
    private static long announced(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length == null ? 0 : Long.parseLong(length);
    }
}
