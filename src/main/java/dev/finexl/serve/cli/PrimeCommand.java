package dev.finexl.serve.cli;

import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.Explainer;
import dev.finexl.explain.Usage;
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

/** {@code prime}: does once, before the first explanation, what all explanations of a base have in common. */
@Command(
        name = "prime",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Draws a base's own pictures and embeds the concepts, and keeps both in FINEXL_CACHE_LOCATION: explanations of"
                        + " that base with the same settings then draw the other side only. With --out it also measures the"
                        + " directions of concepts on the base's pictures, so that explanations rely on pictures and words, not"
                        + " on words alone.",
        footer = {
            "",
            "For --out the pictures are as many as concepts times prompts. Explanations find the result in",
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

    @Option(names = "--out", paramLabel = "DIR", description = "where measured directions are kept")
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
            Explainer allowed = explainer.allowing(named);
            if (out != null) {
                Path file = allowed.prime(request, out, progress, scope);
                progress.clear();
                spec.commandLine().getOut().println(file);
            }
            Usage usage = allowed.explain(request, progress, scope).usage();
            progress.clear();
            spec.commandLine()
                    .getOut()
                    .println("drew %d pictures, found %d".formatted(usage.images(), usage.imagesCached()));
        } finally {
            progress.clear();
        }
        return CommandLine.ExitCode.OK;
    }

    /** The base against itself, so that no other model is needed. */
    private ExplainRequest request() {
        return measuring
                .request()
                .base(base)
                .personalized(base)
                .sequential(false)
                .build();
    }
}
