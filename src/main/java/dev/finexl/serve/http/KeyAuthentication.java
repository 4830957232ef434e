package dev.finexl.serve.http;

import dev.finexl.account.Access;
import dev.finexl.account.ApiKeys;
import dev.finexl.account.Caller;
import dev.finexl.account.Credentials;
import dev.finexl.account.Scope;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.IdentityProvider;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.AuthenticationRequest;
import io.quarkus.security.identity.request.BaseAuthenticationRequest;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds out who asks, by {@code Authorization: Bearer fx_…}, {@code X-API-Key: fx_…} or the cookie of {@link SessionResource}, with
 * the token of an issuer in place of the key where one is configured. Whoever sends neither is let in as
 * {@link Caller#WITHOUT_KEY} where none is needed; a key or token that is no good is refused everywhere but at what is public.
 */
@Singleton
class KeyAuthentication implements HttpAuthenticationMechanism {

    /** Under which an identity holds its {@link Caller}. */
    static final String CALLER = "caller";

    static final String NO_GOOD = "the key or token is not one of this service, or it is revoked or expired";

    private static final String API_KEY = "X-API-Key";
    private static final String BEARER = "bearer ";
    private static final String CHALLENGE = "Bearer realm=\"finexl\"";

    private final Access access;
    private final Credentials credentials;

    KeyAuthentication(Access access, Credentials credentials) {
        this.access = access;
        this.credentials = credentials;
    }

    private String expected() {
        return credentials.takesTokens()
                ? "expected a key or a token: Authorization: Bearer … or X-API-Key: fx_…"
                : "expected a key: Authorization: Bearer fx_… or X-API-Key: fx_…";
    }

    /** Asks for the identity behind a key or token, or behind none. */
    static final class KeyRequest extends BaseAuthenticationRequest {

        private final Optional<String> secret;

        KeyRequest(Optional<String> secret) {
            this.secret = secret;
        }
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext routing, IdentityProviderManager identities) {
        if (AccessPolicy.isPublic(routing)) {
            // Asked for by probes, which are not to fail with the database.
            return Uni.createFrom().nullItem();
        }
        return identities.authenticate(new KeyRequest(secret(routing.request())));
    }

    /** Where whatever is in front of the service asks for tokens of its own, only what is meant for the service counts. */
    private Optional<String> secret(HttpServerRequest request) {
        String own = request.getHeader(API_KEY);
        String authorization = request.getHeader(HttpHeaderNames.AUTHORIZATION);
        boolean bearer = authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length());
        String sent =
                own == null && bearer ? authorization.substring(BEARER.length()).strip() : own;
        return Optional.ofNullable(sent)
                .or(() -> cookie(request))
                .filter(secret -> access.mode() != Access.Mode.OPEN || ApiKeys.isMeant(secret));
    }

    private static Optional<String> cookie(HttpServerRequest request) {
        return Optional.ofNullable(request.getCookie(SessionResource.COOKIE)).map(Cookie::getValue);
    }

    @Override
    public Set<Class<? extends AuthenticationRequest>> getCredentialTypes() {
        return Set.of(KeyRequest.class);
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext routing) {
        return Uni.createFrom()
                .item(new ChallengeData(
                        Response.Status.UNAUTHORIZED.getStatusCode(),
                        HttpHeaderNames.WWW_AUTHENTICATE.toString(),
                        CHALLENGE));
    }

    /** The whole answer, a problem document like all others. */
    @Override
    public Uni<Boolean> sendChallenge(RoutingContext routing) {
        boolean sent = secret(routing.request()).isPresent();
        routing.response()
                .putHeader(
                        HttpHeaderNames.WWW_AUTHENTICATE, sent ? CHALLENGE + ", error=\"invalid_token\"" : CHALLENGE);
        RawProblem.send(routing, Response.Status.UNAUTHORIZED, sent ? NO_GOOD : expected());
        return Uni.createFrom().item(true);
    }

    /** Looks keys up, and checks tokens. */
    @Singleton
    static class Provider implements IdentityProvider<KeyRequest> {

        private final Access access;
        private final Credentials credentials;

        Provider(Access access, Credentials credentials) {
            this.access = access;
            this.credentials = credentials;
        }

        @Override
        public Class<KeyRequest> getRequestType() {
            return KeyRequest.class;
        }

        @Override
        public Uni<SecurityIdentity> authenticate(KeyRequest request, AuthenticationRequestContext context) {
            if (request.secret.isEmpty() && access.isKnown()) {
                return Uni.createFrom().item(withoutKey());
            }
            return request.secret.filter(credentials::isToken).isPresent()
                    ? withToken(request.secret.get())
                    : context.runBlocking(
                            () -> request.secret.map(this::withKey).orElseGet(this::withoutKey));
        }

        /** On a thread of its own, of which there are enough however many callers wait for an issuer that does not answer. */
        private Uni<SecurityIdentity> withToken(String token) {
            Context server = Vertx.currentContext();
            return Uni.createFrom()
                    .item(() -> withKey(token))
                    .runSubscriptionOn(Thread::startVirtualThread)
                    .emitOn(task -> server.runOnContext(_ -> task.run()));
        }

        private SecurityIdentity withKey(String secret) {
            return credentials.find(secret).map(Provider::identity).orElseThrow(AuthenticationFailedException::new);
        }

        /** Null is nobody, who is let in to what is public. */
        private SecurityIdentity withoutKey() {
            return access.needsKey() ? null : identity(Caller.WITHOUT_KEY);
        }

        private static SecurityIdentity identity(Caller caller) {
            return QuarkusSecurityIdentity.builder()
                    .setPrincipal(new QuarkusPrincipal(caller.tenant().name()))
                    .addRoles(caller.scopes().stream().map(Scope::key).collect(Collectors.toSet()))
                    .addAttribute(CALLER, caller)
                    .build();
        }
    }
}
