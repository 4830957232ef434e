package dev.finexl.serve.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.compare.CompareRequest;
import dev.finexl.compare.Comparer;
import dev.finexl.compare.ModelComparison;
import dev.finexl.explain.ExplainRequest.LoraChoice;
import dev.finexl.explain.Explainer;
import dev.finexl.explain.PersonalizedModel;
import dev.finexl.onnx.RunScope;
import dev.finexl.report.ComparisonReport;
import dev.finexl.report.TerminalComparison;
import dev.finexl.store.WholeFile;
import jakarta.validation.Validator;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code compare}: several personalised models of one base beside each other. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Compares personalized models of one base, with the same prompts and the same noise: what each shows,"
                        + " and which differences are significant.",
        footer = {"", "Example: compare --base mini-diffusion --model vivid --model pixelated --report report.html"})
public final class CompareCommand implements Callable<Integer> {

    private final Explainer explainer;
    private final Validator validator;
    private final ObjectMapper mapper;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--base",
            paramLabel = "MODEL",
            required = true,
            description = "base model: an id of `models`, a directory or s3://bucket/prefix")
    private String base;

    @Option(
            names = "--model",
            paramLabel = "MODEL[:WEIGHT]",
            required = true,
            description = "personalized model: a LoRA, with its weight if that is not 1, or a whole model; "
                    + CompareRequest.FEWEST + " to " + CompareRequest.MOST + " of them")
    private List<String> models = List.of();

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Option(names = "--json", paramLabel = "FILE", description = "write the comparison as JSON; - for standard output")
    private String json;

    @Option(names = "--report", paramLabel = "FILE", description = "write the comparison as one HTML file")
    private Path report;

    CompareCommand(Explainer explainer, Validator validator, ObjectMapper mapper) {
        this.explainer = explainer;
        this.validator = validator;
        this.mapper = mapper;
    }

    @Override
    public Integer call() throws IOException {
        Explainer allowed = explainer.allowing(named());
        List<PersonalizedModel> personalized =
                models.stream().map(text -> allowed.model("--model", text)).toList();
        CompareRequest request =
                new CompareRequest(sampling.request().base(base).build(), personalized);
        RequestCheck.requireValid(validator, request, spec.commandLine());
        ProgressPrinter progress = ProgressPrinter.onStandardError();
        ModelComparison comparison;
        try (RunScope scope = new RunScope()) {
            comparison = new Comparer(allowed).compare(request, progress, scope);
        } finally {
            progress.clear();
        }
        if (report != null) {
            WholeFile.write(report, ComparisonReport.render(comparison));
        }
        print(comparison);
        return CommandLine.ExitCode.OK;
    }

    private List<String> named() {
        return Stream.of(
                        Stream.of(base),
                        models.stream().map(text -> LoraChoice.parse(text).model()),
                        sampling.named())
                .flatMap(references -> references)
                .toList();
    }

    private void print(ModelComparison comparison) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (JsonOutput.write(json, comparison, mapper, out)) {
            return;
        }
        out.println(comparison.summary());
        String table = TerminalComparison.render(comparison);
        if (!table.isEmpty()) {
            out.print(System.lineSeparator() + table);
        }
        comparison.warnings().forEach(warning -> out.println("\nWarning: " + warning));
        out.flush();
    }
}
