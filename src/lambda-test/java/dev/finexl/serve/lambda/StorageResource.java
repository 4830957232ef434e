package dev.finexl.serve.lambda;

import dev.finexl.store.s3.StorageServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Object storage for the function, and a place for its records. */
public final class StorageResource implements QuarkusTestResourceLifecycleManager {

    private StorageServer server;

    @Override
    public Map<String, String> start() {
        System.setProperty("aws.accessKeyId", "test");
        System.setProperty("aws.secretAccessKey", "test");
        try {
            server = new StorageServer();
            server.bucket("models");
            server.bucket("results");
            Path folder = Files.createTempDirectory("finexl-lambda");
            return Map.of(
                    "finexl.storage.endpoint", server.endpoint().toString(),
                    "finexl.storage.path-style", "true",
                    "finexl.storage.cache", folder.resolve("cache").toString(),
                    "finexl.results.location", "s3://results/audits-of-models",
                    "finexl.audits.watched", "s3://models/uploads",
                    "finexl.audits.request", "{\"base\": \"mini-diffusion\", \"images\": 8}",
                    "finexl.audits.records.location", folder.resolve("records").toString());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(server, new TestInjector.MatchesType(StorageServer.class));
    }

    @Override
    public void stop() {
        try {
            server.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
