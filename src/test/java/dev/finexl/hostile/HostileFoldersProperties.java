package dev.finexl.hostile;

import dev.finexl.Golden;
import dev.finexl.explain.BatchSize;
import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.Explainer;
import dev.finexl.explain.OpenModels;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.Catalogue;
import dev.finexl.store.MemoryFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whole models on the disk of which one description is not what it was, explained from end to end. */
@PropertyDefaults(shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
class HostileFoldersProperties {

    private static final String DEFAULTS = """
            {"description": "d", "encoder": "mini-clip", "vocabulary": "mini", "prompts": "mini", "heads": ["mini-levels"],
             "sampler": {"scheduler": "ddim", "steps": 1, "guidanceScale": 1.5, "height": 64, "width": 64}}
            """;

    private static final ScratchFolder SCRATCH = new ScratchFolder();
    private static final Path ROOT = SCRATCH.path();

    private static OpenModels models;
    private static Explainer explainer;

    @BeforeContainer
    static void open() throws IOException {
        write("diffusion", Golden.files("compat/sd1").with("finexl.json", DEFAULTS));
        write("gan", bundled("mini-gan"));
        write("gan2", bundled("mini-gan-dark"));
        write("ar", bundled("mini-ar"));
        models = new OpenModels(
                new OnnxRuntime(OnnxSettings.cpu()), new OpenModels.Settings(0, Set.of(), Optional.empty()));
        explainer = new Explainer(new Catalogue(List.of(ROOT)), null, models, BatchSize.fixed(8), "test", null);
    }

    private static MemoryFiles bundled(String model) {
        return MemoryFiles.copyOf(Path.of("src/main/resources/models", model));
    }

    private static void write(String folder, MemoryFiles files) throws IOException {
        for (var file : files.contents().entrySet()) {
            Path path = ROOT.resolve(folder).resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
    }

    @AfterContainer
    static void remove() {
        models.close();
        SCRATCH.close();
    }

    @Property(tries = 60, seed = "1")
    void aModel(@ForAll long seed) {
        String[] described = {
            "diffusion/finexl.json",
            "diffusion/finexl.json",
            "diffusion/model_index.json",
            "diffusion/scheduler/scheduler_config.json",
            "gan/finexl.json",
            "gan/generator.json",
            "gan2/generator.json",
            "ar/finexl.json",
            "ar/generator.json"
        };
        Trial.hold(
                seed,
                one -> {
                    Mutator mutator = new Mutator(one);
                    Path file = ROOT.resolve(mutator.oneOf(described));
                    byte[] valid = Files.readAllBytes(file);
                    try (RunScope scope = new RunScope()) {
                        Files.write(file, new JsonMutator(one).spoil(new String(valid)));
                        explainer.explain(
                                request(
                                        mutator,
                                        ROOT.relativize(file).getName(0).toString()),
                                ExplainListener.NONE,
                                scope);
                    } finally {
                        Files.write(file, valid);
                    }
                },
                "");
    }

    private static ExplainRequest request(Mutator mutator, String model) {
        String base = model.equals("gan2") ? "gan" : model;
        String other = switch (model) {
            case "gan", "gan2" -> "\"personalized\": \"gan2\"";
            case "ar" -> "\"personalized\": \"mini-ar-cool\"";
            default -> "\"personalized\": \"mini-diffusion\", \"steps\": 1, \"height\": 16, \"width\": 16";
        };
        return ExplainRequest.parse("{\"base\": \"%s\", %s, \"images\": 2, \"heads\": []}".formatted(base, other));
    }
}
