package dev.finexl.account;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import dev.finexl.ChatServer;
import dev.finexl.LocalServer;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/** A local OpenID Connect issuer: its discovery document, its keys, and the tokens that it signs. */
public final class IssuerServer implements AutoCloseable {

    /** For whom its tokens are meant. */
    public static final String AUDIENCE = "finexl-tests";

    static final String DISCOVERY = "/realm/.well-known/openid-configuration";
    static final String KEYS = "/realm/keys";

    private final LocalServer server;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<JWK> keys = new CopyOnWriteArrayList<>();
    private volatile RSAKey key;
    private volatile ChatServer.Answer discovery;
    private volatile ChatServer.Answer keySet;

    public IssuerServer() {
        server = new LocalServer("/", this::handle);
        rotate("first");
        answersWell();
    }

    /** As its tokens name it. */
    public URI issuer() {
        return address("/realm");
    }

    URI address(String path) {
        return server.address(path);
    }

    /** The paths that it was asked for. */
    List<String> asked() {
        return asked;
    }

    /** From now on tells where its keys are, and what they are. */
    void answersWell() {
        discovery = tells(issuer(), address(KEYS));
        keySet = (exchange, end) -> ChatServer.body(
                        200, new JWKSet(keys).toPublicJWKSet().toString())
                .send(exchange, end);
    }

    static ChatServer.Answer tells(URI issuer, URI keys) {
        return ChatServer.body(200, "{\"issuer\": \"%s\", \"jwks_uri\": \"%s\"}".formatted(issuer, keys));
    }

    void discovery(ChatServer.Answer answer) {
        discovery = answer;
    }

    void keySet(ChatServer.Answer answer) {
        keySet = answer;
    }

    private void handle(HttpExchange exchange) throws IOException, InterruptedException {
        String path = exchange.getRequestURI().getPath();
        asked.add(path);
        switch (path) {
            case DISCOVERY -> discovery.send(exchange, closed);
            case KEYS -> keySet.send(exchange, closed);
            default -> exchange.sendResponseHeaders(404, -1);
        }
    }

    /** Makes a key that it tells from now on, in place of those that it told. */
    public void rotate(String id) {
        key = rsaKey(id);
        keys.clear();
        keys.add(key);
    }

    /** The last key that was made. */
    public RSAKey key() {
        return key;
    }

    /** Makes a key that it tells from now on, beside those that it told. */
    JWK addEc(String id, Curve curve) {
        try {
            JWK key = new ECKeyGenerator(curve).keyID(id).generate();
            keys.add(key);
            return key;
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A key that it does not tell. */
    public static RSAKey rsaKey(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a good token says, for tests to spoil. */
    JWTClaimsSet.Builder claims() {
        return claims(new Tenant("acme"), Set.of(Scope.READ));
    }

    private JWTClaimsSet.Builder claims(Tenant tenant, Collection<Scope> scopes) {
        return new JWTClaimsSet.Builder()
                .issuer(issuer().toString())
                .audience(AUDIENCE)
                .subject("somebody")
                .expirationTime(Date.from(Instant.now().plusSeconds(3600)))
                .claim("tenant", tenant.name())
                .claim(
                        "scope",
                        "openid "
                                + scopes.stream()
                                        .map(scope -> "finexl:" + scope)
                                        .collect(Collectors.joining(" ")));
    }

    /** A good token. */
    public String token(Tenant tenant, Collection<Scope> scopes) {
        return token(key, tenant, scopes);
    }

    /** A token that is good if the key is. */
    public String token(RSAKey signing, Tenant tenant, Collection<Scope> scopes) {
        return sign(signing, JWSAlgorithm.RS256, claims(tenant, scopes).build());
    }

    static String sign(JWK key, JWSAlgorithm algorithm, JWTClaimsSet claims) {
        return sign(key, new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).build(), claims);
    }

    static String sign(JWK key, JWSHeader header, JWTClaimsSet claims) {
        try {
            SignedJWT token = new SignedJWT(header, claims);
            token.sign(key instanceof RSAKey rsa ? new RSASSASigner(rsa) : new ECDSASigner(key.toECKey()));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        closed.countDown();
        server.close();
    }
}
