package dev.finexl.store;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Exists because a time-out of the JDK's client ends with the headers: a server that sends its body a byte a minute, or
 * without an end, would hold whoever asks, or fill the memory, for as long as it likes. Here one deadline covers the
 * whole answer, and a body of more than 1 MiB is an error.
 *
 * <p>No redirect is followed, which could lead a secret elsewhere, and HTTP/1.1 is spoken, since an offer to upgrade makes some
 * servers drop the request's body. Each request has a client of its own, so that no thread outlives it.
 */
public final class BoundedExchange {

    private static final long MAX_BODY = 1 << 20;
    private static final double NANOS = 1e9;

    private BoundedExchange() {}

    /**
     * Sends a request and waits for the whole answer. Of a failure the status is enough; its body is let go as it comes.
     *
     * @param timeout from now to the last byte
     * @return the answer, whose body is empty unless its {@link #isSuccess} holds
     * @throws HttpTimeoutException if the answer is not there in time
     * @throws IOException if the exchange fails; the message is of our own words alone, since what a server sends may repeat a
     *     secret
     */
    public static HttpResponse<byte[]> send(HttpRequest request, Duration timeout)
            throws IOException, InterruptedException {
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            try {
                return await(client.sendAsync(request, boundedBody()), timeout);
            } finally {
                client.shutdownNow();
            }
        }
    }

    /** Whether a status says that the answer is what was asked for. */
    public static boolean isSuccess(int status) {
        return status >= 200 && status < 300;
    }

    private static BodyHandler<byte[]> boundedBody() {
        return info -> isSuccess(info.statusCode())
                ? BodySubscribers.limiting(BodySubscribers.ofByteArray(), MAX_BODY)
                : BodySubscribers.replacing(new byte[0]);
    }

    private static HttpResponse<byte[]> await(Future<HttpResponse<byte[]>> pending, Duration timeout)
            throws IOException, InterruptedException {
        try {
            return pending.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            throw new HttpTimeoutException(
                    String.format(Locale.ROOT, "nothing came within %.3g s", timeout.toNanos() / NANOS));
        } catch (ExecutionException e) {
            throw new IOException(
                    "the exchange failed (%s)".formatted(e.getCause().getClass().getSimpleName()));
        }
    }
}
