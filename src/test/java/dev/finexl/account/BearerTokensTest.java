package dev.finexl.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.finexl.ChatServer;
import dev.finexl.store.sql.Database;
import dev.finexl.store.sql.Databases;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which tokens are good, with an issuer that is there, and with one that hangs, fails or lies. */
class BearerTokensTest {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final IssuerServer issuer = new IssuerServer();
    private final RSAKey key = issuer.key();
    private Database database;
    private Tenants tenants;
    private BearerTokens tokens;
    private volatile Instant now = Instant.now();

    @BeforeEach
    void open() throws SQLException {
        database = Databases.open(Databases.create("h2"));
        tenants = new Tenants(database, Quota.NONE);
        tokens = tokens("tenant", "scope", "finexl:", PATIENCE);
    }

    @AfterEach
    void close() {
        database.close();
        issuer.close();
    }

    private BearerTokens tokens(String tenant, String scopes, String prefix, Duration timeout) {
        OidcSettings settings =
                OidcSettings.of(issuer.issuer(), Set.of("another", IssuerServer.AUDIENCE), tenant, scopes, prefix);
        return new BearerTokens(settings, tenants, timeout, () -> now);
    }

    private String signed(JWTClaimsSet.Builder claims) {
        return IssuerServer.sign(key, JWSAlgorithm.RS256, claims.build());
    }

    private static Date in(long seconds) {
        return Date.from(Instant.now().plusSeconds(seconds));
    }

    private void assertGood(String token) {
        assertThat(tokens.find(token))
                .contains(new Caller(new Tenant("acme"), EnumSet.of(Scope.READ), "token somebody"));
    }

    @Test
    void takesATokenForWhatItSays() {
        assertGood(issuer.token(new Tenant("acme"), Set.of(Scope.READ)));
        assertThat(issuer.asked()).containsExactly(IssuerServer.DISCOVERY, IssuerServer.KEYS);
        assertThat(tokens.find(issuer.token(new Tenant("others"), EnumSet.allOf(Scope.class))))
                .contains(new Caller(new Tenant("others"), EnumSet.allOf(Scope.class), "token somebody"));
        assertThat(issuer.asked()).as("what is known is not asked for again").hasSize(2);
        assertThat(tenants.list()).extracting(known -> known.tenant().name()).containsExactly("acme", "others");
    }

    @Test
    void takesEveryAlgorithmWithAPublicKey() {
        for (JWSAlgorithm algorithm : JWSAlgorithm.Family.RSA) {
            assertGood(IssuerServer.sign(key, algorithm, issuer.claims().build()));
        }
        Map.of(
                        JWSAlgorithm.ES256, Curve.P_256,
                        JWSAlgorithm.ES384, Curve.P_384,
                        JWSAlgorithm.ES512, Curve.P_521)
                .forEach((algorithm, curve) -> assertGood(IssuerServer.sign(
                        issuer.addEc(curve.getName(), curve),
                        algorithm,
                        issuer.claims().build())));
    }

    @Test
    void takesAccessTokensAndSeveralAudiencesAndAClockThatDiffersALittle() {
        JWSHeader access = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .keyID("first")
                .type(new JOSEObjectType("at+jwt"))
                .build();
        assertGood(IssuerServer.sign(
                key, access, issuer.claims().audience(List.of("x", "another")).build()));
        assertGood(signed(issuer.claims().expirationTime(in(-10)).notBeforeTime(in(10))));
    }

    @Test
    void findsTenantAndScopesWhereTheyAre() {
        BearerTokens nested = tokens("https://finexl.example/tenant", "/realm/roles", "", PATIENCE);
        String token = signed(issuer.claims()
                .claim("https://finexl.example/tenant", "nested")
                .claim("realm", Map.of("roles", List.of("explain", "admins", "finexl:read", 3))));
        assertThat(nested.find(token))
                .contains(new Caller(new Tenant("nested"), EnumSet.of(Scope.EXPLAIN), "token somebody"));
    }

    @Test
    void scopesThatAreNotOfThisServiceAreNone() {
        for (Object scopes : List.of("openid read admin", "FINEXL:READ", "finexl:readadmin", List.of(), 7, "")) {
            assertThat(tokens.find(signed(issuer.claims().claim("scope", scopes))))
                    .as(scopes.toString())
                    .hasValueSatisfying(caller -> assertThat(caller.scopes()).isEmpty());
        }
        assertThat(tokens.find(signed(issuer.claims().claim("scope", null)))).isPresent();
    }

    @Test
    void refusesWhatItsIssuerSignedForOthersOrForAnotherTime() {
        Map<String, JWTClaimsSet.Builder> spoilt = Map.ofEntries(
                Map.entry("expired", issuer.claims().expirationTime(in(-3600))),
                Map.entry("without an end", issuer.claims().expirationTime(null)),
                Map.entry("not yet", issuer.claims().notBeforeTime(in(3600))),
                Map.entry("for another", issuer.claims().audience("somebody-else")),
                Map.entry("for nobody", issuer.claims().audience((String) null)),
                Map.entry("by another issuer", issuer.claims().issuer("https://issuer.example")),
                Map.entry("by an issuer below", issuer.claims().issuer(issuer.issuer() + "/")),
                Map.entry("by nobody", issuer.claims().issuer(null)),
                Map.entry("of nobody", issuer.claims().subject(null)),
                Map.entry("of somebody strange", issuer.claims().subject("a\nb")),
                Map.entry("of somebody long", issuer.claims().subject("a".repeat(256))),
                Map.entry("without a tenant", issuer.claims().claim("tenant", null)),
                Map.entry("with a tenant that is none", issuer.claims().claim("tenant", "../others")),
                Map.entry("with a tenant of another kind", issuer.claims().claim("tenant", List.of("acme"))));
        spoilt.forEach((what, claims) ->
                assertThat(tokens.find(signed(claims))).as(what).isEmpty());
        assertThat(tenants.list()).as("nothing is made of them").isEmpty();
        assertGood(signed(issuer.claims()));
    }

    @Test
    void refusesWhatItsIssuerHasNotSigned() throws JOSEException {
        JWTClaimsSet claims = issuer.claims().build();
        RSAKey foreign = IssuerServer.rsaKey("first");
        String good = signed(issuer.claims());
        String[] parts = good.split("\\.");
        String others = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(claims.toString().replace("acme", "others").getBytes(StandardCharsets.UTF_8));
        Map<String, String> forged = Map.ofEntries(
                Map.entry("unsigned", new PlainJWT(claims).serialize()),
                Map.entry("signature left out", parts[0] + "." + parts[1] + "."),
                Map.entry("another's claims", parts[0] + "." + others + "." + parts[2]),
                Map.entry("foreign key of the same name", IssuerServer.sign(foreign, JWSAlgorithm.RS256, claims)),
                Map.entry("unknown key", IssuerServer.sign(IssuerServer.rsaKey("other"), JWSAlgorithm.RS256, claims)),
                Map.entry(
                        "key in its header",
                        IssuerServer.sign(
                                foreign,
                                new JWSHeader.Builder(JWSAlgorithm.RS256)
                                        .jwk(foreign.toPublicJWK())
                                        .keyID("first")
                                        .build(),
                                claims)),
                Map.entry(
                        "place of the key in its header",
                        IssuerServer.sign(
                                foreign,
                                new JWSHeader.Builder(JWSAlgorithm.RS256)
                                        .jwkURL(URI.create("http://localhost:1/keys"))
                                        .build(),
                                claims)),
                Map.entry("public key as a password", hmac(key.toPublicJWK().toString(), claims)),
                Map.entry(
                        "public key as a password, as PEM",
                        hmac(
                                "-----BEGIN PUBLIC KEY-----\n"
                                        + Base64.getMimeEncoder()
                                                .encodeToString(
                                                        key.toRSAPublicKey().getEncoded())
                                        + "\n-----END PUBLIC KEY-----\n",
                                claims)),
                Map.entry("nothing", ""),
                Map.entry("two dots", ".."),
                Map.entry("five parts", good + ".." + "x"),
                Map.entry("words", "something else"),
                Map.entry("twice", good + good),
                Map.entry(
                        "deep",
                        Base64.getUrlEncoder().encodeToString("[".repeat(10_000).getBytes(StandardCharsets.UTF_8))
                                + ".."));
        forged.forEach((what, token) -> assertThat(tokens.find(token)).as(what).isEmpty());
        assertThat(tenants.list()).isEmpty();
        assertGood(good);
    }

    private static String hmac(String password, JWTClaimsSet claims) throws JOSEException {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("first").build(), claims);
        token.sign(new MACSigner(password));
        return token.serialize();
    }

    @Test
    void followsItsIssuerToANewKey() {
        assertGood(signed(issuer.claims()));
        issuer.rotate("second");
        assertGood(issuer.token(new Tenant("acme"), Set.of(Scope.READ)));
        assertThat(tokens.find(signed(issuer.claims())))
                .as("the key that was withdrawn")
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "silence",
                "stall",
                "flood",
                "hang up",
                "failure",
                "no JSON",
                "no set",
                "elsewhere",
                "liar",
                "redirect"
            })
    void saysWhenItsIssuerDoesNotTellItsKeys(String how) {
        boolean silent = Set.of("silence", "stall").contains(how);
        tokens = tokens("tenant", "scope", "finexl:", silent ? Duration.ofMillis(300) : PATIENCE);
        String good = signed(issuer.claims());
        switch (how) {
            case "silence" -> issuer.discovery(ChatServer.silence());
            case "stall" -> issuer.keySet(ChatServer.stall());
            case "flood" -> issuer.keySet(ChatServer.flood());
            case "hang up" -> issuer.discovery(ChatServer.hangUp());
            case "failure" -> issuer.keySet(ChatServer.body(500, "{}"));
            case "no JSON" -> issuer.discovery(ChatServer.body(200, "<html>"));
            case "no set" -> issuer.keySet(ChatServer.body(200, "{\"keys\": 3}"));
            case "elsewhere" ->
                issuer.discovery(IssuerServer.tells(issuer.issuer(), URI.create("http://keys.example/keys")));
            case "liar" ->
                issuer.discovery(
                        IssuerServer.tells(URI.create("https://issuer.example"), issuer.address(IssuerServer.KEYS)));
            default ->
                issuer.discovery((exchange, _) -> {
                    exchange.getResponseHeaders().set("Location", IssuerServer.KEYS);
                    exchange.sendResponseHeaders(302, -1);
                });
        }
        assertThatThrownBy(() -> tokens.find(good))
                .isInstanceOf(IssuerUnavailableException.class)
                .hasMessage("tokens cannot be checked at the moment")
                .hasNoCause();
        issuer.answersWell();
        now = now.plus(IssuerKeys.PAUSE);
        tokens = how.equals("silence") ? tokens("tenant", "scope", "finexl:", PATIENCE) : tokens;
        assertGood(good);
    }

    @Test
    void settingsNameWhatIsWrongWithThem() {
        for (String wrong : List.of(
                "http://issuer.example",
                "http://localhost.example",
                "http://127.0.0.1.example",
                "ftp://localhost",
                "https://user@issuer.example",
                "https:///path",
                "https://issuer.example?a=b",
                "https://issuer.example#a",
                "issuer")) {
            assertThatThrownBy(() -> settings(wrong, Set.of("a"), "tenant"))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("finexl.oidc.issuer");
        }
        for (String right : List.of("https://issuer.example/a/", "http://localhost:8080", "http://[::1]:1/a")) {
            assertThat(settings(right, Set.of("a"), "tenant").issuer()).hasToString(right);
        }
        assertThatThrownBy(() -> settings("https://issuer.example", Set.of(), "tenant"))
                .hasMessageContaining("finexl.oidc.audience");
        assertThatThrownBy(() -> settings("https://issuer.example", Set.of("a"), " "))
                .hasMessageContaining("finexl.oidc.tenant-claim");
        assertThatThrownBy(() -> new Access(Access.Mode.OPEN, true, new ApiKeys(database)))
                .hasMessageContaining("finexl.access");
        assertThat(new Access(Access.Mode.AUTO, true, new ApiKeys(database)).needsKey())
                .isTrue();
    }

    private static OidcSettings settings(String issuer, Set<String> audiences, String tenant) {
        return OidcSettings.of(URI.create(issuer), audiences, tenant, "scope", "finexl:");
    }
}
