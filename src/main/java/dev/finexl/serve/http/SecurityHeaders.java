package dev.finexl.serve.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.quarkus.vertx.http.runtime.RouteConstants;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.CorsHandler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * What browsers are told about every answer: to take it for nothing but what it says it is, to show it in nobody's frame, to run
 * nothing that is not the page's own, and to tell nobody from where a link was followed, since an explanation's address holds its
 * id. Scripts of other sites may read answers only where {@code finexl.http.origins} names those sites; by default none.
 */
@ApplicationScoped
class SecurityHeaders {

    /** Of the page; the rest of its policy is in itself, and both hold. */
    private static final String PAGE =
            "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /** Of reports, which hold their pictures and their style and are nobody's page. */
    private static final String REPORT =
            "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /** Of what no browser has to show. */
    private static final String DATA = "default-src 'none'; frame-ancestors 'none'";

    private static final String POLICY = HttpHeaderNames.CONTENT_SECURITY_POLICY.toString();
    private static final String REFERRER = "Referrer-Policy";
    private static final String DEVELOPMENT = "/q/";
    private static final int PREFLIGHT_SECONDS = 3600;

    private final Optional<List<String>> origins;

    SecurityHeaders(@ConfigProperty(name = "finexl.http.origins") Optional<List<String>> origins) {
        this.origins = origins;
    }

    /** A report, which a browser is to show as it is. */
    static Response report(byte[] html) {
        return Response.ok(html)
                .type(MediaType.TEXT_HTML_TYPE.withCharset(StandardCharsets.UTF_8.name()))
                .header(POLICY, REPORT)
                .build();
    }

    void add(@Observes Router router) {
        router.route().order(RouteConstants.ROUTE_ORDER_UPLOAD_LIMIT).handler(SecurityHeaders::add);
        origins.ifPresent(sites -> router.route()
                .order(RouteConstants.ROUTE_ORDER_UPLOAD_LIMIT)
                .handler(CorsHandler.create()
                        .addOrigins(sites)
                        .allowedMethods(Set.of(HttpMethod.GET, HttpMethod.POST, HttpMethod.DELETE))
                        .allowedHeaders(Set.of(
                                "Authorization",
                                "X-API-Key",
                                "Content-Type",
                                "Prefer",
                                IdempotencyKey.HEADER,
                                "Last-Event-ID"))
                        .exposedHeaders(Set.of("Location", "Content-Location", "Retry-After", "WWW-Authenticate"))
                        .maxAgeSeconds(PREFLIGHT_SECONDS)));
    }

    private static void add(RoutingContext routing) {
        routing.addHeadersEndHandler(_ -> {
            MultiMap headers = routing.response().headers();
            headers.set("X-Content-Type-Options", "nosniff");
            headers.set(HttpHeaderNames.X_FRAME_OPTIONS, "DENY");
            headers.set(REFERRER, "no-referrer");
            if (!headers.contains(POLICY) && !routing.normalizedPath().startsWith(DEVELOPMENT)) {
                headers.set(POLICY, AccessPolicy.isPage(routing) ? PAGE : DATA);
            }
        });
        routing.next();
    }
}
