package dev.finexl.serve.cli;

import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.Explainer;
import dev.finexl.onnx.RunScope;
import jakarta.validation.Validator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code prime}: measures concepts on a base's own pictures, once, for all explanations to come. */
@Command(
        name = "prime",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Measures the directions of concepts on a base's own pictures and keeps them: explanations of that base"
                        + " with the same settings then rely on pictures and words, not on words alone.",
        footer = {
            "",
            "The pictures are as many as concepts times prompts. Explanations find the result in",
            "FINEXL_MODELS_DIRECTIONS=DIR."
        })
public final class PrimeCommand implements Callable<Integer> {

    private final Explainer explainer;
    private final Validator validator;

    @Spec
    private CommandSpec spec;

    @Option(names = "--base", paramLabel = "MODEL", required = true, description = "base model")
    private String base;

    @Mixin
    private ConceptOptions measuring = new ConceptOptions();

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "where the result is kept")
    private Path out;

    PrimeCommand(Explainer explainer, Validator validator) {
        this.explainer = explainer;
        this.validator = validator;
    }

    @Override
    public Integer call() throws IOException {
        ExplainRequest request = request();
        RequestCheck.requireValid(validator, request, spec.commandLine());
        List<String> named =
                Stream.of(base, measuring.encoder).filter(Objects::nonNull).toList();
        ProgressPrinter progress = ProgressPrinter.onStandardError();
        try (RunScope scope = new RunScope()) {
            Path file = explainer.allowing(named).prime(request, out, progress, scope);
            progress.clear();
            spec.commandLine().getOut().println(file);
        } finally {
            progress.clear();
        }
        return CommandLine.ExitCode.OK;
    }

    /** The base against itself: only its own side is drawn. */
    private ExplainRequest request() {
        return measuring
                .request()
                .base(base)
                .personalized(base)
                .heads(List.of())
                .build();
    }
}
