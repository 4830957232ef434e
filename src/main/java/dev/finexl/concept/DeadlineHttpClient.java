package dev.finexl.concept;

import dev.finexl.store.BoundedExchange;
import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * Lets LangChain4j ask as {@link BoundedExchange} does: one deadline covers the whole answer, whose length is bounded, and no
 * redirect leads the key elsewhere.
 */
final class DeadlineHttpClient implements dev.langchain4j.http.client.HttpClient {

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
        HttpResponse<byte[]> response = answer(toJdk(request));
        int status = response.statusCode();
        if (!BoundedExchange.isSuccess(status)) {
            boolean busy = status == 408 || status == 429 || status >= 500;
            throw new NoAnswerException("HTTP " + status, busy);
        }
        return SuccessfulHttpResponse.builder()
                .statusCode(status)
                .headers(response.headers().map())
                .body(response.body())
                .build();
    }

    private HttpResponse<byte[]> answer(java.net.http.HttpRequest request) {
        try {
            return BoundedExchange.send(request, timeout);
        } catch (IOException e) {
            throw new NoAnswerException(e.getMessage(), true);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new NoAnswerException("waiting for it was interrupted", false);
        }
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
