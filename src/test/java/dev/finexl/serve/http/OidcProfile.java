package dev.finexl.serve.http;

import dev.finexl.account.IssuerServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The service as it is with tokens of an issuer: nothing else says that callers need something. */
public class OidcProfile extends KeyedProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
        Map<String, String> overrides = new HashMap<>(super.getConfigOverrides());
        overrides.remove("finexl.access");
        overrides.put("finexl.jobs.url", "jdbc:h2:mem:tokens;DB_CLOSE_DELAY=-1");
        overrides.put("finexl.oidc.audience", IssuerServer.AUDIENCE);
        return overrides;
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(Issuer.class));
    }

    /** The issuer, which is given to the field of a test that wants it. */
    public static final class Issuer implements QuarkusTestResourceLifecycleManager {

        private IssuerServer server;

        @Override
        public Map<String, String> start() {
            server = new IssuerServer();
            return Map.of("finexl.oidc.issuer", server.issuer().toString());
        }

        @Override
        public void inject(TestInjector injector) {
            injector.injectIntoFields(server, new TestInjector.MatchesType(IssuerServer.class));
        }

        @Override
        public void stop() {
            server.close();
        }
    }
}
