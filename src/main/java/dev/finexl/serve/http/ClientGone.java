package dev.finexl.serve.http;

import io.quarkus.vertx.http.runtime.RouteConstants;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * Knows whether the caller of a request is still there. Exists because an explanation holds sessions and processors for as
 * long as it takes, and a caller who has hung up will never read it. It is attached to each request on the event loop,
 * before anything else happens, so that no hanging up is missed, however early.
 */
final class ClientGone {

    private static final String KEY = ClientGone.class.getName();

    private boolean gone;
    private Runnable reaction = () -> {};

    private ClientGone() {}

    /** Attaches one to every request. */
    @ApplicationScoped
    static class Attaching {

        void attach(@Observes Router router) {
            router.route().order(RouteConstants.ROUTE_ORDER_UPLOAD_LIMIT).handler(routing -> {
                ClientGone client = new ClientGone();
                routing.put(KEY, client);
                routing.addEndHandler(_ -> client.leave());
                routing.next();
            });
        }
    }

    /** That of a request. */
    static ClientGone of(RoutingContext routing) {
        return routing.get(KEY);
    }

    /** Runs when the connection is lost or the answer has been sent; at once if it is so already. Must not block. */
    void whenGone(Runnable todo) {
        synchronized (this) {
            reaction = todo;
            if (!gone) {
                return;
            }
        }
        todo.run();
    }

    synchronized boolean isGone() {
        return gone;
    }

    private void leave() {
        Runnable todo;
        synchronized (this) {
            gone = true;
            todo = reaction;
        }
        todo.run();
    }
}
