package dev.finexl.serve.http;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;

/** The service as it is where every caller needs a key, with a database, answers and tenants' models of its own. */
public class KeyedProfile implements QuarkusTestProfile {

    /** Where each tenant has a folder of models. */
    static final Path MODELS = Path.of("target/keyed/models").toAbsolutePath();

    private static final String ANSWERS = "target/keyed/answers-" + UUID.randomUUID();

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "finexl.access",
                "keys",
                "finexl.jobs.url",
                "jdbc:h2:mem:keyed;DB_CLOSE_DELAY=-1",
                "finexl.jobs.directory",
                "target/keyed/jobs",
                "finexl.cache.location",
                ANSWERS,
                "finexl.tenants.models",
                MODELS.toString());
    }
}
