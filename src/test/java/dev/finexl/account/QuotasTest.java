package dev.finexl.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.account.Quotas.Waiter;
import dev.finexl.store.sql.Database;
import dev.finexl.store.sql.Databases;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumSet;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** How much tenants may ask for, on every database that is here. */
@ParameterizedClass
@MethodSource("dev.finexl.store.sql.Databases#urls")
class QuotasTest {

    private static final Tenant ACME = new Tenant("acme");
    private static final Tenant OTHER = new Tenant("other");

    @Parameter
    String kind;

    private Database database;
    private Tenants tenants;
    private HandClock clock;

    /** Goes on when it is told to. */
    private static final class HandClock extends Clock {

        private Instant now = Instant.now();

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    @BeforeEach
    void open() throws SQLException {
        database = Databases.open(Databases.create(kind));
        clock = new HandClock();
    }

    @AfterEach
    void close() {
        database.close();
    }

    private Quotas quotas(Quota common) {
        tenants = new Tenants(database, common);
        return new Quotas(tenants, new Ledger(database), clock);
    }

    private void use(Tenant tenant, String id, int images, long evaluations) {
        UsageLine line = new UsageLine(
                id, tenant, null, "hash", new Spent(images, evaluations, 1, 0, false), BigDecimal.ONE, "EUR");
        database.inTransaction(statements -> {
            Ledger.add(statements, line);
            return line;
        });
    }

    private static void refuses(String quota, ThrowingCallable asking) {
        assertThatThrownBy(asking)
                .isInstanceOfSatisfying(
                        QuotaExceededException.class, e -> assertThat(e.quota()).isEqualTo(quota));
    }

    @Test
    void countsTheRequestsOfAMinute() {
        Quotas quotas = quotas(new Quota(2L, null, null, null));
        quotas.admit(ACME);
        quotas.admit(ACME);
        assertThatThrownBy(() -> quotas.admit(ACME)).isInstanceOfSatisfying(QuotaExceededException.class, e -> {
            assertThat(e.quota()).isEqualTo("requestsPerMinute");
            assertThat(Duration.between(clock.instant(), e.reset())).isBetween(Duration.ZERO, Duration.ofMinutes(1));
        });
        quotas.admit(OTHER);
        clock.now = clock.now.plusSeconds(60);
        quotas.admit(ACME);
    }

    @Test
    void countsWhatWasUsedToday() {
        Quotas quotas = quotas(new Quota(null, null, 10L, 100L));
        use(ACME, "a", 9, 50);
        quotas.admit(ACME);
        use(ACME, "b", 1, 1);
        assertThatThrownBy(() -> quotas.admit(ACME)).isInstanceOfSatisfying(QuotaExceededException.class, e -> {
            assertThat(e.quota()).isEqualTo("imagesPerDay");
            assertThat(e.reset()).isAfter(clock.instant());
            assertThat(e.reset().atZone(ZoneOffset.UTC).getHour()).isZero();
        });
        use(OTHER, "c", 1, 100);
        refuses("evaluationsPerDay", () -> quotas.admit(OTHER));
    }

    @Test
    void countsJobsAndCallersTogether() {
        Quotas quotas = quotas(new Quota(null, 2L, null, null));
        try (Waiter _ = quotas.enter(ACME, 0)) {
            quotas.requireRoom(ACME, 0);
            refuses("concurrent", () -> quotas.requireRoom(ACME, 1));
            try (Waiter _ = quotas.enter(ACME, 0)) {
                refuses("concurrent", () -> quotas.enter(ACME, 0));
                quotas.requireRoom(OTHER, 1);
            }
        }
        quotas.requireRoom(ACME, 1);
    }

    @Test
    void limitsOfATenantComeBeforeThoseOfAll() {
        Quotas quotas = quotas(new Quota(1L, 1L, null, null));
        assertThat(tenants.limit(ACME, Quota.NONE, "somebody"))
                .as("not known yet")
                .isEmpty();
        new ApiKeys(database).create(ACME, EnumSet.of(Scope.READ), null, "somebody");
        Quota own = new Quota(3L, null, null, 0L);
        tenants.limit(ACME, own, "somebody");
        assertThat(tenants.list()).containsExactly(new Tenants.Known(ACME, own));
        assertThat(tenants.quota(ACME)).isEqualTo(new Quota(3L, 1L, null, 0L));
        refuses("evaluationsPerDay", () -> quotas.admit(ACME));
        assertThat(new AuditLog(database).latest(1))
                .singleElement()
                .satisfies(action -> assertThat(action.action()).isEqualTo("tenant.limit"));
        tenants.limit(ACME, Quota.NONE, "somebody");
        assertThat(tenants.quota(ACME)).isEqualTo(new Quota(1L, 1L, null, null));
    }

    @Test
    void addsUpTheLedgerByTenantAndPeriod() {
        Instant before = Instant.now().minusSeconds(60);
        for (int i = 0; i < 5; i++) {
            use(ACME, "line" + i, 2, 20);
        }
        use(OTHER, "theirs", 100, 1000);
        Ledger ledger = new Ledger(database);
        Instant after = Instant.now().plusSeconds(60);
        assertThat(ledger.total(ACME, before, after))
                .isEqualTo(new UsageTotal(5, 0, 10, 100, 5, 0, new BigDecimal("5.000000")));
        assertThat(ledger.total(ACME, after, after).explanations()).isZero();
        assertThat(ledger.lines(ACME, before, after, "line2"))
                .extracting(UsageLine::explanation)
                .containsExactly("line3", "line4");
        assertThatThrownBy(() -> use(ACME, "line0", 1, 1)).as("exactly once").hasMessageContaining("line0");
        assertThat(ledger.lines(ACME, before, after, null)).hasSize(5);
    }

    @Test
    void pricesWhatWasSpent() {
        Tariff tariff = new Tariff(
                new BigDecimal("0.5"), new BigDecimal("0.01"), new BigDecimal("2"), new BigDecimal("0.1"), "USD");
        assertThat(tariff.of(new Spent(10, 500_000, 3, 4, false))).isEqualByComparingTo("1.6");
        assertThat(tariff.of(new Spent(0, 0, 0, 0, true))).isEqualByComparingTo("0.1");
        assertThatThrownBy(() ->
                        new Tariff(new BigDecimal("-1"), BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO, "USD"))
                .hasMessageContaining("negative");
        assertThatThrownBy(
                        () -> new Tariff(BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO, "dollars"))
                .hasMessageContaining("dollars");
    }
}
