package dev.finexl;

import dev.finexl.account.Access;
import dev.finexl.account.ApiKeys;
import dev.finexl.account.AuditLog;
import dev.finexl.account.BearerTokens;
import dev.finexl.account.Credentials;
import dev.finexl.account.Ledger;
import dev.finexl.account.OidcSettings;
import dev.finexl.account.Quota;
import dev.finexl.account.Quotas;
import dev.finexl.account.Tariff;
import dev.finexl.account.Tenants;
import dev.finexl.store.sql.Database;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.OptionalLong;
import java.util.Set;

/** Makes keys, tenants, quotas and prices out of the program's configuration. */
@Singleton
class AccountWiring {

    private final FinexlConfig config;

    AccountWiring(FinexlConfig config) {
        this.config = config;
    }

    @Produces
    @Singleton
    ApiKeys apiKeys(Database database) {
        return new ApiKeys(database);
    }

    @Produces
    @Singleton
    AuditLog auditLog(Database database) {
        return new AuditLog(database);
    }

    @Produces
    @Singleton
    Credentials credentials(ApiKeys keys, Tenants tenants) {
        FinexlConfig.Oidc oidc = config.oidc();
        return new Credentials(
                keys,
                oidc.issuer()
                        .map(issuer -> OidcSettings.of(
                                issuer,
                                oidc.audience().orElse(Set.of()),
                                oidc.tenantClaim(),
                                oidc.scopeClaim(),
                                oidc.scopePrefix().orElse("")))
                        .map(settings -> new BearerTokens(settings, tenants)));
    }

    @Produces
    @Singleton
    Access access(ApiKeys keys, Credentials credentials) {
        return new Access(config.access(), credentials.takesTokens(), keys);
    }

    @Produces
    @Singleton
    Tenants tenants(Database database) {
        FinexlConfig.Quota quota = config.quota();
        return new Tenants(
                database,
                new Quota(
                        limit(quota.requests()),
                        limit(quota.concurrent()),
                        limit(quota.images()),
                        limit(quota.evaluations())));
    }

    private static Long limit(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }

    @Produces
    @Singleton
    Quotas quotas(Tenants tenants, Ledger ledger) {
        return new Quotas(tenants, ledger, Clock.systemUTC());
    }

    @Produces
    @Singleton
    Ledger ledger(Database database) {
        return new Ledger(database);
    }

    @Produces
    @Singleton
    Tariff tariff() {
        FinexlConfig.Tariff tariff = config.tariff();
        return new Tariff(
                tariff.explanation().orElse(BigDecimal.ZERO),
                tariff.image().orElse(BigDecimal.ZERO),
                tariff.evaluations().orElse(BigDecimal.ZERO),
                tariff.cached().orElse(BigDecimal.ZERO),
                tariff.currency());
    }
}
