package dev.finexl.serve;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/** Gives the program under test a models folder with {@link BrokenModels}. */
public final class BrokenModelsResource implements QuarkusTestResourceLifecycleManager {

    private Path root;

    @Override
    public Map<String, String> start() {
        try {
            root = Files.createTempDirectory("finexl-models-");
            BrokenModels.write(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.of("finexl.models.roots", root.toString());
    }

    @Override
    public void stop() {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
