package dev.finexl.serve.http;

import dev.finexl.account.IssuerServer;
import dev.finexl.account.Scope;
import dev.finexl.account.Tenant;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.Set;

/** What {@link TenantsTest} shows of tenants with keys holds of those with tokens. */
@QuarkusTest
@TestProfile(OidcProfile.class)
class TokenTenantsTest extends TenantsTest {

    IssuerServer issuer;

    @Override
    String key(Tenant tenant, Set<Scope> scopes) {
        return issuer.token(tenant, scopes);
    }
}
