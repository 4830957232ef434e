package dev.finexl.serve.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.evaluate.Evaluation;
import dev.finexl.evaluate.EvaluationFiles;
import dev.finexl.evaluate.EvaluationSettings;
import dev.finexl.evaluate.Evaluator;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.Explainer;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.Folders;
import dev.finexl.store.WholeFile;
import jakarta.validation.Validator;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code evaluate}: how right the methods are, on personalisations whose truth is known. */
@Command(
        name = "evaluate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Compares methods on a zoo: a folder of personalizations, each in a folder of its own with a truth.json that"
                    + " says what it was made to change."
        },
        footer = {
            "",
            "truth.json: {\"base\": \"mini-diffusion\", \"aspects\": {\"vivid\": 0.9}, \"subject\": null, \"place\": null};",
            "beside it a LoRA (.safetensors), a whole model, or the folders of pictures base and personalized.",
            "Example: evaluate --zoo zoo --out out"
        })
public final class EvaluateCommand implements Callable<Integer> {

    private final Explainer explainer;
    private final Validator validator;
    private final ObjectMapper mapper;

    @Spec
    private CommandSpec spec;

    @Option(names = "--zoo", paramLabel = "DIR", required = true, description = "the zoo")
    private Path zoo;

    @Option(names = "--base", paramLabel = "MODEL", description = "base model; default: the one that truth.json names")
    private String base;

    @Option(names = "--methods", paramLabel = "NAME", split = ",", description = "methods to compare; default: all")
    private List<String> methods;

    @Mixin
    private ConceptOptions measuring = new ConceptOptions();

    @Option(names = "--images", paramLabel = "N", description = "pictures on each side; default: one for each prompt")
    private Integer images;

    @Option(names = "--seed", paramLabel = "N", description = "seed of the first picture, the next is one more")
    private Long seed;

    @Option(names = "--steps", paramLabel = "N", description = "inference steps")
    private Integer steps;

    @Option(
            names = "--coverage",
            description = "also sample ten times the pictures, to see whether intervals cover what they then show")
    private boolean coverage;

    @Option(names = "--json", paramLabel = "FILE", description = "write the comparison as JSON; - for standard output")
    private String json;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "write report.md and charts, and keep embeddings in cache/, where the next run finds them")
    private Path out;

    EvaluateCommand(Explainer explainer, Validator validator, ObjectMapper mapper) {
        this.explainer = explainer;
        this.validator = validator;
        this.mapper = mapper;
    }

    @Override
    public Integer call() throws IOException {
        EvaluationSettings settings = new EvaluationSettings(zoo, methods, request(), coverage);
        RequestCheck.requireValid(validator, settings.request(), spec.commandLine());
        if (out != null) {
            Files.createDirectories(out);
            print(evaluate(settings, out.resolve("cache")));
        } else {
            Path cache = Files.createTempDirectory("finexl-evaluate-");
            try {
                print(evaluate(settings, cache));
            } finally {
                Folders.remove(cache);
            }
        }
        return CommandLine.ExitCode.OK;
    }

    private ExplainRequest request() {
        return measuring
                .request()
                .base(base)
                .steps(steps)
                .images(images)
                .seed(seed)
                .heads(List.of())
                .build();
    }

    private Evaluation evaluate(EvaluationSettings settings, Path cache) {
        ProgressPrinter progress = ProgressPrinter.onStandardError();
        try (RunScope scope = new RunScope()) {
            return new Evaluator(explainer).evaluate(settings, cache, progress, scope);
        } finally {
            progress.clear();
        }
    }

    private void print(Evaluation evaluation) throws IOException {
        byte[] document = mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(evaluation);
        PrintWriter printer = spec.commandLine().getOut();
        if ("-".equals(json)) {
            printer.println(new String(document, StandardCharsets.UTF_8));
        } else {
            printer.print(EvaluationFiles.table(evaluation));
        }
        printer.flush();
        if (json != null && !"-".equals(json)) {
            WholeFile.write(Path.of(json), document);
        }
        if (out != null) {
            EvaluationFiles.write(evaluation, out);
        }
    }
}
