package dev.finexl.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.finexl.store.Catalogue;
import dev.finexl.store.s3.S3Location;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** What requests call models and pictures, and events objects: none leads out of the folders that are open to it. */
@PropertyDefaults(shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
class HostileReferencesProperties {

    private static final ScratchFolder SCRATCH = new ScratchFolder();
    private static final Path ROOT = SCRATCH.path();

    private static Catalogue catalogue;

    @BeforeContainer
    static void open() throws IOException {
        Files.createDirectories(ROOT.resolve("models/folder"));
        Files.writeString(ROOT.resolve("models/folder/config.json"), "{}");
        Files.writeString(ROOT.resolve("models/lora.safetensors"), "");
        Files.writeString(ROOT.resolve("secret.safetensors"), "");
        Files.createDirectories(ROOT.resolve("models-of-others"));
        Files.writeString(ROOT.resolve("models-of-others/config.json"), "{}");
        Files.createSymbolicLink(ROOT.resolve("models/out"), ROOT);
        Files.createSymbolicLink(ROOT.resolve("models/out.safetensors"), ROOT.resolve("secret.safetensors"));
        Files.createSymbolicLink(ROOT.resolve("models/loop"), ROOT.resolve("models/loop"));
        catalogue = new Catalogue(List.of(ROOT.resolve("models")));
    }

    @AfterContainer
    static void remove() {
        SCRATCH.close();
    }

    private static String reference(Mutator mutator) {
        String models = ROOT.resolve("models").toString();
        String reference = mutator.oneOf(
                "folder",
                "lora",
                "out",
                "loop",
                "vivid",
                "classpath:vivid",
                "classpath:../application.properties",
                "classpath:mini-clip/../vivid",
                models + "/folder",
                models + "/lora.safetensors",
                models + "/out/secret.safetensors",
                models + "/../secret.safetensors",
                models + "-of-others",
                models + "/./folder/../folder",
                models + "/folder/",
                ROOT.toString(),
                "/",
                "~",
                "/proc/self/fd/0",
                "file://" + models + "/folder",
                "s3://bucket/key",
                "x".repeat(2000));
        return mutator.random().nextBoolean()
                ? reference
                : new String(mutator.spoil(reference.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    }

    @Property(tries = 1500, seed = "1")
    void aModel(@ForAll long seed) {
        Trial.hold(
                seed,
                one -> {
                    Mutator mutator = new Mutator(one);
                    String reference = reference(mutator);
                    var entry =
                            mutator.random().nextBoolean() ? catalogue.find(reference) : catalogue.folder(reference);
                    if (!Catalogue.isBundled(entry)) {
                        String file = entry.file().isEmpty() ? "config.json" : entry.file();
                        if (entry.files().has(file)) {
                            assertThat(entry.files().path(file).orElseThrow())
                                    .startsWith(ROOT.resolve("models").toRealPath());
                        }
                    }
                },
                "model",
                "folder");
    }

    @Property(tries = 500, seed = "2")
    void aKey(@ForAll long seed) {
        S3Location allowed = S3Location.parse("s3://bucket/models");
        Trial.hold(
                seed,
                one -> {
                    Mutator mutator = new Mutator(one);
                    String key = mutator.oneOf(
                            "models/a.safetensors",
                            "models/../secret",
                            "models//a",
                            "models/a/",
                            "/models",
                            "models/\u0000",
                            "models\\a",
                            "models/.",
                            "\u202emodels",
                            "");
                    String reference =
                            "s3://" + mutator.oneOf("bucket", "bucket", "Bucket", "a..b", "", "b@host") + "/" + key;
                    S3Location location = S3Location.parse(
                            mutator.random().nextBoolean()
                                    ? reference
                                    : new String(
                                            mutator.spoil(reference.getBytes(StandardCharsets.UTF_8)),
                                            StandardCharsets.UTF_8));
                    if (allowed.covers(location) && !location.equals(allowed)) {
                        Path path =
                                ROOT.resolve("models").resolve(location.key().substring("models/".length()));
                        assertThat(path.normalize()).isEqualTo(path);
                        assertThat(path.startsWith(ROOT.resolve("models"))).isTrue();
                    }
                },
                "s3://",
                "object storage");
    }
}
