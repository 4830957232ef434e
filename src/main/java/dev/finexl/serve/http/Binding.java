package dev.finexl.serve.http;

import dev.finexl.account.Access;
import dev.finexl.store.sql.DatabaseException;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jboss.logging.Logger;

/**
 * Keeps a service that asks nobody for a key to this machine. Exists because the server listens on all addresses by default: whoever
 * starts the program to look at it has not meant to open it to the world.
 */
@Singleton
class Binding implements HttpServerOptionsCustomizer {

    private static final Logger LOG = Logger.getLogger(Binding.class);
    private static final String LOOPBACK = "127.0.0.1";

    private final Access access;
    private Boolean closed;

    Binding(Access access) {
        this.access = access;
    }

    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        bind(options);
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        bind(options);
    }

    private void bind(HttpServerOptions options) {
        if (access.mode() == Access.Mode.AUTO && !isLoopback(options.getHost()) && isClosed()) {
            options.setHost(LOOPBACK);
        }
    }

    /** Whether nobody elsewhere is to be let in. Asked and told once, though there is a server with encryption besides. */
    private boolean isClosed() {
        if (closed == null) {
            String why = why();
            closed = !why.isEmpty();
            if (closed) {
                LOG.warnf(
                        "%s, so the service listens on %s only. Make a key with 'finexl keys create', or set"
                                + " finexl.access=open if something in front of it asks whom it lets through",
                        why, LOOPBACK);
            }
        }
        return closed;
    }

    /** Why nobody elsewhere is to be let in; empty if he may be. */
    private String why() {
        try {
            return access.needsKey() ? "" : "No key has been made";
        } catch (DatabaseException e) {
            LOG.warn(e.getMessage());
            return "Whether there are keys is not known";
        }
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException _) {
            return false;
        }
    }
}
