package dev.finexl.account;

import static org.assertj.core.api.Assertions.assertThat;

import dev.finexl.store.sql.Database;
import dev.finexl.store.sql.Databases;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Tokens that are spoilt in any way are no good, and nothing worse comes of them. */
class BearerTokensProperties {

    private static IssuerServer issuer;
    private static Database database;
    private static BearerTokens tokens;
    private static String good;

    @BeforeContainer
    static void open() throws SQLException {
        issuer = new IssuerServer();
        database = Databases.open(Databases.create("h2"));
        OidcSettings settings =
                OidcSettings.of(issuer.issuer(), Set.of(IssuerServer.AUDIENCE), "tenant", "scope", "finexl:");
        tokens = new BearerTokens(settings, new Tenants(database, Quota.NONE));
        good = issuer.token(new Tenant("acme"), EnumSet.allOf(Scope.class));
        assertThat(tokens.find(good)).isPresent();
    }

    @AfterContainer
    static void close() {
        database.close();
        issuer.close();
    }

    @Provide
    Arbitrary<String> headers() {
        Arbitrary<String> value = Arbitraries.oneOf(
                Arbitraries.of(
                        "\"none\"", "\"RS256\"", "\"HS256\"", "\"dir\"", "\"a\"", "null", "{}", "[]", "1e999", "\"\""),
                Arbitraries.strings().ascii().ofMaxLength(8));
        Arbitrary<String> name =
                Arbitraries.of("alg", "kid", "typ", "cty", "crit", "jwk", "jku", "x5c", "x5t", "b64", "enc", "zip");
        return net.jqwik.api.Combinators.combine(name, value)
                .as((key, of) -> "\"%s\":%s".formatted(key, of))
                .list()
                .ofMaxSize(5)
                .map(fields -> "{" + String.join(",", fields) + "}");
    }

    @Property(tries = 500, seed = "1")
    void aTokenWithAnotherHeaderIsNoGood(@ForAll("headers") String header) {
        String[] parts = good.split("\\.");
        String encoded =
                Base64.getUrlEncoder().withoutPadding().encodeToString(header.getBytes(StandardCharsets.UTF_8));
        assertThat(tokens.find(encoded + "." + parts[1] + "." + parts[2])).isEmpty();
        assertThat(tokens.find(encoded + "." + parts[1] + ".")).isEmpty();
    }

    /** The last character of each part may hold bits that mean nothing; all others count. */
    @Property(tries = 500, seed = "2")
    void aTokenWithAnotherCharacterIsNoGood(@ForAll int place, @ForAll char other) {
        int at = Math.floorMod(place, good.length());
        boolean counts = at + 1 < good.length() && good.charAt(at + 1) != '.';
        if (counts && good.charAt(at) != other) {
            assertThat(tokens.find(good.substring(0, at) + other + good.substring(at + 1)))
                    .isEmpty();
        }
    }

    @Property(tries = 500, seed = "3")
    void whatIsNoTokenIsNoGood(@ForAll String text) {
        assertThat(tokens.find(text)).isEmpty();
    }
}
