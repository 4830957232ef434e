package dev.finexl.serve.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.quarkiverse.resteasy.problem.HttpProblem;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.Response;

/** Problem documents (RFC 9457) for what is refused before a resource is reached. */
final class RawProblem {

    private RawProblem() {}

    /** Ends the response, unless it has been ended, as when its reader is gone. */
    static void send(RoutingContext routing, Response.Status status, String detail) {
        if (routing.response().ended()) {
            return;
        }
        JsonObject problem = new JsonObject()
                .put("status", status.getStatusCode())
                .put("title", status.getReasonPhrase())
                .put("detail", detail);
        routing.response()
                .putHeader(HttpHeaderNames.CONTENT_TYPE, HttpProblem.MEDIA_TYPE.toString())
                .setStatusCode(status.getStatusCode())
                .end(problem.encode());
    }
}
