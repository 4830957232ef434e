package dev.finexl.concept;

import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Exists because a time-out of the JDK's client ends with the headers: a server that sends its body a byte a minute, or
 * without an end, would hold an explanation, or fill the memory, for as long as it likes. Here one deadline covers the
 * whole answer, and a body of more than 1 MiB is an error.
 *
 * <p>It follows no redirect, which could lead the key elsewhere, and speaks HTTP/1.1, since an offer to upgrade makes some
 * inference servers drop the request's body. Each request has a client of its own, so that no thread outlives it.
 */
final class DeadlineHttpClient implements dev.langchain4j.http.client.HttpClient {

    private static final long MAX_BODY = 1 << 20;

    private final Duration timeout;

    private DeadlineHttpClient(Duration timeout) {
        this.timeout = timeout;
    }

    /** Gives LangChain4j such clients; its own ideas about time-outs are not taken, since ours covers all of it. */
    static final class Builder implements HttpClientBuilder {

        private final Duration timeout;

        Builder(Duration timeout) {
            this.timeout = timeout;
        }

        @Override
        public Duration connectTimeout() {
            return timeout;
        }

        @Override
        public Builder connectTimeout(Duration ignored) {
            return this;
        }

        @Override
        public Duration readTimeout() {
            return timeout;
        }

        @Override
        public Builder readTimeout(Duration ignored) {
            return this;
        }

        @Override
        public DeadlineHttpClient build() {
            return new DeadlineHttpClient(timeout);
        }
    }

    @Override
    public SuccessfulHttpResponse execute(HttpRequest request) {
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            try {
                return answer(client.sendAsync(toJdk(request), boundedBody()));
            } finally {
                client.shutdownNow();
            }
        }
    }

    /** Of a failure the status is enough; its body is let go as it comes. */
    private static BodyHandler<byte[]> boundedBody() {
        return info -> isSuccess(info.statusCode())
                ? BodySubscribers.limiting(BodySubscribers.ofByteArray(), MAX_BODY)
                : BodySubscribers.replacing(new byte[0]);
    }

    private SuccessfulHttpResponse answer(Future<HttpResponse<byte[]>> pending) {
        HttpResponse<byte[]> response;
        try {
            response = pending.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            double seconds = timeout.toNanos() / 1e9;
            throw new NoAnswerException(String.format(Locale.ROOT, "nothing came within %.3g s", seconds), true);
        } catch (ExecutionException e) {
            throw new NoAnswerException(
                    "the exchange failed (%s)".formatted(e.getCause().getClass().getSimpleName()), true);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NoAnswerException("waiting for it was interrupted", false);
        }
        int status = response.statusCode();
        if (!isSuccess(status)) {
            boolean busy = status == 408 || status == 429 || status >= 500;
            throw new NoAnswerException("HTTP " + status, busy);
        }
        return SuccessfulHttpResponse.builder()
                .statusCode(status)
                .headers(response.headers().map())
                .body(response.body())
                .build();
    }

    private static boolean isSuccess(int status) {
        return status >= 200 && status < 300;
    }

    private static java.net.http.HttpRequest toJdk(HttpRequest request) {
        java.net.http.HttpRequest.Builder builder = java.net.http.HttpRequest.newBuilder(URI.create(request.url()))
                .method(request.method().name(), BodyPublishers.ofString(request.body()));
        request.headers().forEach((name, values) -> values.forEach(value -> builder.header(name, value)));
        return builder.build();
    }

    /** {@inheritDoc} Not supported: a proposal is short, and asked for as a whole. */
    @Override
    public void execute(HttpRequest request, ServerSentEventParser parser, ServerSentEventListener listener) {
        throw new UnsupportedOperationException("answers are not streamed");
    }
}
