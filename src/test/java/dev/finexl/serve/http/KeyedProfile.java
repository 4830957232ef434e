package dev.finexl.serve.http;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** The service as it is where every caller needs a key, with a database of its own. */
public class KeyedProfile implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of("finexl.access", "keys", "finexl.jobs.url", "jdbc:h2:mem:keyed;DB_CLOSE_DELAY=-1");
    }
}
