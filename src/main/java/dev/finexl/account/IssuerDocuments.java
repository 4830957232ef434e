package dev.finexl.account;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.jwk.JWKSet;
import dev.finexl.store.BoundedExchange;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;

/**
 * Asks an issuer of tokens for its keys: first where they are, as OpenID Connect Discovery 1.0 has it, each time anew, since an
 * issuer may put them elsewhere. One deadline covers both answers.
 */
final class IssuerDocuments {

    private static final String DISCOVERY = "/.well-known/openid-configuration";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final URI issuer;
    private final Duration timeout;

    IssuerDocuments(URI issuer, Duration timeout) {
        this.issuer = issuer;
        this.timeout = timeout;
    }

    /** @throws IOException if they cannot be had, or are not what they have to be; the message is for the operator */
    JWKSet keys() throws IOException {
        long end = System.nanoTime() + timeout.toNanos();
        URI discovery = URI.create(issuer.toString().replaceFirst("/$", "") + DISCOVERY);
        JsonNode about = json(discovery, get(discovery, end));
        String named = about.path("issuer").asText();
        if (!named.equals(issuer.toString())) {
            throw new IOException("%s names another issuer".formatted(discovery));
        }
        URI place = place(about.path("jwks_uri").asText());
        try {
            return JWKSet.parse(get(place, end));
        } catch (ParseException _) {
            throw new IOException("%s is no set of keys".formatted(place));
        }
    }

    private static URI place(String written) throws IOException {
        try {
            URI place = URI.create(written);
            if (OidcSettings.isTrustworthy(place)) {
                return place;
            }
        } catch (IllegalArgumentException _) {
            // Said below.
        }
        throw new IOException("the issuer's jwks_uri is no https address");
    }

    private static JsonNode json(URI from, String text) throws IOException {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException _) {
            throw new IOException("%s is no JSON".formatted(from));
        }
    }

    private static String get(URI from, long end) throws IOException {
        long left = end - System.nanoTime();
        if (left <= 0) {
            throw new HttpTimeoutException("no time is left for %s".formatted(from));
        }
        HttpRequest request = HttpRequest.newBuilder(from)
                .header("Accept", "application/json")
                .build();
        HttpResponse<byte[]> answer;
        try {
            answer = BoundedExchange.send(request, Duration.ofNanos(left));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("waiting for %s was interrupted".formatted(from));
        } catch (IOException e) {
            throw new IOException("%s: %s".formatted(from, e.getMessage()), e);
        }
        if (!BoundedExchange.isSuccess(answer.statusCode())) {
            throw new IOException("%s answers HTTP %d".formatted(from, answer.statusCode()));
        }
        return new String(answer.body(), StandardCharsets.UTF_8);
    }
}
