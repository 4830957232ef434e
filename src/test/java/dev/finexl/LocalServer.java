package dev.finexl;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What the HTTP servers of tests share: a free port of this machine alone, a thread for each request, and an end to both. */
public final class LocalServer implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** Answers requests. */
    @FunctionalInterface
    public interface Handler {

        /**
         * Answers one request, or hangs up: the exchange is closed after this.
         *
         * @throws InterruptedException if it waited and the server was closed
         */
        void handle(HttpExchange exchange) throws IOException, InterruptedException;
    }

    /** @param path below which requests are handled; all others are answered with 404 */
    public LocalServer(String path, Handler handler) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext(path, exchange -> {
            try (exchange) {
                handler.handle(exchange);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
    }

    /** {@code host:port}. */
    public String authority() {
        InetSocketAddress address = server.getAddress();
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    /** @param path empty for the server's own address */
    public URI address(String path) {
        return URI.create("http://" + authority() + path);
    }

    /** Interrupts whoever is answering, and waits until he has stopped. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        threads.close();
    }
}
