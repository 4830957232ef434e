package dev.finexl.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.finexl.explain.InvalidRequestException;
import dev.finexl.store.sql.Database;
import dev.finexl.store.sql.Databases;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of keys, on every database that is here. */
@ParameterizedClass
@MethodSource("dev.finexl.store.sql.Databases#urls")
class ApiKeysTest {

    private static final Tenant ACME = new Tenant("acme");
    private static final Set<Scope> READ = EnumSet.of(Scope.READ);
    private static final String ACTOR = "somebody";

    @Parameter
    String kind;

    private Database database;
    private ApiKeys keys;

    @BeforeEach
    void open() throws SQLException {
        database = Databases.open(Databases.create(kind));
        keys = new ApiKeys(database);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void findsAKeyByItsSecretAndKeepsOnlyTheHash() {
        NewKey made = keys.create(ACME, EnumSet.of(Scope.EXPLAIN, Scope.READ), null, ACTOR);
        assertThat(made.secret())
                .matches("fx_[A-Za-z0-9_-]{43}")
                .startsWith(made.key().prefix());
        assertThat(keys.find(made.secret())).contains(made.key());
        assertThat(made.key().scopes()).containsExactlyInAnyOrder(Scope.EXPLAIN, Scope.READ);
        assertThat(made.toString()).doesNotContain(made.secret());
        List<String> kept = database.query(
                "SELECT prefix, hash, scopes FROM api_key",
                row -> row.getString(1) + row.getString(2) + row.getString(3));
        assertThat(kept).singleElement().asString().doesNotContain(made.secret().substring(11));
    }

    @Test
    void findsNothingElse() {
        NewKey made = keys.create(ACME, READ, null, ACTOR);
        String secret = made.secret();
        char other = secret.endsWith("A") ? 'B' : 'A';
        for (String wrong : List.of(
                "",
                "fx_",
                made.key().prefix(),
                secret.substring(0, secret.length() - 1) + other,
                secret + "A",
                " " + secret)) {
            assertThat(keys.find(wrong)).as(wrong).isEmpty();
        }
    }

    @Test
    void makesEveryKeyAnother() {
        Set<String> secrets = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            secrets.add(keys.create(ACME, READ, null, ACTOR).secret());
        }
        assertThat(secrets).hasSize(20);
        assertThat(keys.list()).hasSize(20);
    }

    @Test
    void aRevokedKeyIsGoodForNothingAndStaysInTheList() {
        NewKey made = keys.create(ACME, READ, null, ACTOR);
        assertThat(keys.any()).isTrue();
        ApiKey revoked = keys.revoke(made.key().prefix(), ACTOR);
        assertThat(revoked.revoked()).isNotNull();
        assertThat(keys.find(made.secret())).isEmpty();
        assertThat(keys.revoke(made.key().prefix(), ACTOR)).isEqualTo(revoked);
        assertThat(keys.list()).containsExactly(revoked);
        assertThat(keys.any()).isTrue();
    }

    @Test
    void anExpiredKeyIsGoodForNothing() {
        NewKey made = keys.create(ACME, READ, Duration.ofMillis(1500), ACTOR);
        assertThat(keys.find(made.secret())).isPresent();
        await().atMost(Duration.ofMinutes(1))
                .until(() -> keys.find(made.secret()).isEmpty());
        assertThatThrownBy(() -> keys.rotate(made.key().prefix(), Duration.ZERO, ACTOR))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("expired");
    }

    @Test
    void aRotatedKeyStaysGoodForAWhileOnly() {
        NewKey first = keys.create(ACME, READ, Duration.ofDays(10), ACTOR);
        NewKey second = keys.rotate(first.key().prefix(), Duration.ofDays(20), ACTOR);
        assertThat(second.key().tenant()).isEqualTo(ACME);
        assertThat(second.key().scopes()).isEqualTo(READ);
        assertThat(second.key().expires()).isEqualTo(first.key().expires());
        ApiKey old = keys.find(first.secret()).orElseThrow();
        assertThat(old.expires())
                .as("no longer than it would have been")
                .isEqualTo(first.key().expires());
        NewKey third = keys.rotate(second.key().prefix(), Duration.ZERO, ACTOR);
        assertThat(keys.find(second.secret())).isEmpty();
        assertThat(keys.find(third.secret())).isPresent();
    }

    @Test
    void writesDownWhoDidWhat() {
        Instant before = Instant.now().minusSeconds(60);
        NewKey first = keys.create(ACME, READ, null, "alice");
        NewKey second = keys.rotate(first.key().prefix(), Duration.ofHours(1), "bob");
        keys.revoke(second.key().prefix(), "carol");
        keys.revoke(second.key().prefix(), "nobody, since it is revoked");
        assertThatThrownBy(() -> keys.revoke("fx_unknown1", "dave")).isInstanceOf(ApiKeys.UnknownKeyException.class);
        List<AdminAction> actions = new AuditLog(database).latest(10);
        assertThat(actions)
                .extracting(action -> action.actor() + " " + action.action() + " " + action.keyPrefix())
                .containsExactly(
                        "carol key.revoke " + second.key().prefix(),
                        "bob key.rotate " + second.key().prefix(),
                        "alice key.create " + first.key().prefix());
        assertThat(actions).allSatisfy(action -> {
            assertThat(action.at()).isAfter(before);
            assertThat(action.tenant()).isEqualTo(ACME);
            assertThat(action.detail()).doesNotContain(first.secret()).doesNotContain(second.secret());
        });
        assertThat(new AuditLog(database).latest(1)).containsExactly(actions.getFirst());
    }

    @Test
    void refusesWhatIsOutOfRangeAndNamesIt() {
        assertThatThrownBy(() -> keys.create(ACME, EnumSet.noneOf(Scope.class), null, ACTOR))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.field()).isEqualTo("scopes"));
        assertThatThrownBy(() -> keys.create(ACME, READ, Duration.ofDays(100_000), ACTOR))
                .isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> Scope.all(List.of("read", "write")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("'write'");
        for (String name : List.of("", "Acme", "a/b", "..", "-a", "a".repeat(41))) {
            assertThatThrownBy(() -> new Tenant(name)).as(name).isInstanceOf(InvalidRequestException.class);
        }
        assertThat(keys.list()).isEmpty();
    }

    @Test
    void asksForKeysOnceThereHasBeenOne() {
        Access open = new Access(Access.Mode.OPEN, false, keys);
        Access closed = new Access(Access.Mode.KEYS, false, keys);
        assertThat(new Access(Access.Mode.AUTO, false, keys).needsKey()).isFalse();
        assertThat(closed.needsKey()).isTrue();
        NewKey made = keys.create(ACME, READ, null, ACTOR);
        Access auto = new Access(Access.Mode.AUTO, false, keys);
        assertThat(auto.needsKey()).isTrue();
        assertThat(open.needsKey()).isFalse();
        keys.revoke(made.key().prefix(), ACTOR);
        assertThat(new Access(Access.Mode.AUTO, false, keys).needsKey())
                .as("no key is left")
                .isTrue();
    }
}
