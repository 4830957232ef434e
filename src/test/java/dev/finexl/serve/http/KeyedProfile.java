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
        return Map.ofEntries(
                Map.entry("finexl.access", "keys"),
                Map.entry("finexl.jobs.url", "jdbc:h2:mem:keyed;DB_CLOSE_DELAY=-1"),
                Map.entry("finexl.jobs.directory", "target/keyed/jobs"),
                Map.entry("finexl.cache.location", ANSWERS),
                Map.entry("finexl.tenants.models", MODELS.toString()),
                Map.entry("finexl.tariff.explanation", "0.10"),
                Map.entry("finexl.tariff.image", "0.01"),
                Map.entry("finexl.tariff.evaluations", "1000"),
                Map.entry("finexl.tariff.cached", "0.02"));
    }
}
