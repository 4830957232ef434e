package dev.finexl.serve.http;

import dev.finexl.account.IssuerUnavailableException;
import dev.finexl.account.Scope;
import dev.finexl.store.sql.DatabaseException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.RouteConstants;
import io.quarkus.vertx.http.runtime.security.HttpSecurityPolicy;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.core.Response;
import java.util.Set;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * Says which scope a request needs. Exists as one rule over all paths, not as a word at each resource, so that one which is
 * forgotten here is closed: only what is listed is public; all else needs {@code explain}, or {@code read} where nothing
 * changes, or {@code admin} below {@code /admin} and for what tells of all tenants.
 */
@ApplicationScoped
class AccessPolicy implements HttpSecurityPolicy {

    private static final Logger LOG = Logger.getLogger(AccessPolicy.class);

    static final String FORBIDDEN = "this needs a key or a token with another scope";

    /** The page, which holds nothing of anybody, the description of the service, and what its keepers' probes ask. */
    private static final Pattern PAGE = Pattern.compile("/([a-z-]+\\.(html|js|css|svg|png|ico))?");

    private static final Pattern PUBLIC = Pattern.compile("/ping|/session|/q/(health|openapi|swagger-ui|dev-ui)(/.*)?");
    private static final Pattern ADMIN = Pattern.compile("/(admin|q)(/.*)?");
    private static final String METRICS = "/q/metrics";
    private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD);

    /** What JAX-RS takes out of a path before it looks for a resource. */
    private static final Pattern MATRIX = Pattern.compile(";[^/]*");

    static boolean isPublic(RoutingContext routing) {
        return isPage(routing) || PUBLIC.matcher(path(routing)).matches();
    }

    /** Whether a request is for a part of the page itself. */
    static boolean isPage(RoutingContext routing) {
        return PAGE.matcher(path(routing)).matches();
    }

    private static String path(RoutingContext routing) {
        return MATRIX.matcher(routing.normalizedPath()).replaceAll("");
    }

    private static boolean permits(SecurityIdentity identity, RoutingContext routing) {
        String path = path(routing);
        if (path.equals(METRICS) && Callers.of(identity).isAnybody()) {
            // Where nobody needs a key, whoever watches over the service has none either.
            return true;
        }
        Scope needed = ADMIN.matcher(path).matches()
                ? Scope.ADMIN
                : READING.contains(routing.request().method()) ? Scope.READ : Scope.EXPLAIN;
        return identity.hasRole(needed.key());
    }

    @Override
    public Uni<CheckResult> checkPermission(
            RoutingContext routing, Uni<SecurityIdentity> identity, AuthorizationRequestContext context) {
        if (isPublic(routing)) {
            return CheckResult.permit();
        }
        return identity.map(
                known -> !known.isAnonymous() && permits(known, routing) ? CheckResult.PERMIT : CheckResult.DENY);
    }

    /** Says what is refused here as everything is that is refused. */
    void explain(@Observes Router router) {
        router.route().order(RouteConstants.ROUTE_ORDER_UPLOAD_LIMIT + 1).failureHandler(AccessPolicy::explain);
    }

    private static void explain(RoutingContext routing) {
        switch (routing.failure()) {
            case ForbiddenException _ -> RawProblem.send(routing, Response.Status.FORBIDDEN, FORBIDDEN);
            case DatabaseException e -> {
                LOG.warn(e.getMessage());
                comeBack(routing, "keys cannot be looked up at the moment");
            }
            case IssuerUnavailableException e -> comeBack(routing, e.getMessage());
            case null, default -> routing.next();
        }
    }

    private static void comeBack(RoutingContext routing, String detail) {
        routing.response().putHeader(HttpHeaderNames.RETRY_AFTER, Integer.toString(Problems.RETRY_SECONDS));
        RawProblem.send(routing, Response.Status.SERVICE_UNAVAILABLE, detail);
    }
}
