package dev.finexl.serve.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.embed.RgbImage;
import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.Explainer;
import dev.finexl.explain.Explanation;
import dev.finexl.explain.SamplingReport;
import dev.finexl.job.Budget;
import dev.finexl.job.Estimate;
import dev.finexl.onnx.RunScope;
import dev.finexl.report.HtmlReport;
import dev.finexl.report.ReportPictures;
import dev.finexl.report.TerminalChart;
import dev.finexl.report.TerminalHeads;
import dev.finexl.store.WholeFile;
import jakarta.validation.Validator;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code explain}: one explanation, in words and as a chart on the terminal, and as files where asked for. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Explains what a personalized model, or a second set of pictures, shows that its base does not.",
        footer = {
            "",
            "Defaults come from the model's own files and its finexl.json.",
            "Example: explain --base mini-diffusion --lora vivid --report report.html",
            "A --policy that fails makes the exit code 3: the explanation is there, and the answer is no."
        })
public final class ExplainCommand implements Callable<Integer> {

    /** The exit code for an explanation that is there, and whose policy says no. */
    static final int POLICY_FAILED = 3;

    private final Explainer explainer;
    private final Budget budget;
    private final Validator validator;
    private final ObjectMapper mapper;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ExplainOptions options;

    @Option(names = "--json", paramLabel = "FILE", description = "write the explanation as JSON; - for standard output")
    private String json;

    @Option(
            names = "--save-images",
            paramLabel = "DIR",
            description = "write the pictures and a contact sheet, base above personalized")
    private Path saveImages;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "write the explanation as one HTML file, with the pairs that show its aspects")
    private Path report;

    @Option(names = "--estimate", description = "only tell what it would take and cost, and draw nothing")
    private boolean estimate;

    ExplainCommand(Explainer explainer, Budget budget, Validator validator, ObjectMapper mapper) {
        this.explainer = explainer;
        this.budget = budget;
        this.validator = validator;
        this.mapper = mapper;
    }

    @Override
    public Integer call() throws IOException {
        ExplainRequest request = options.toRequest();
        RequestCheck.requireValid(validator, request, spec.commandLine());
        if (estimate) {
            return estimate(request);
        }
        ProgressPrinter progress = ProgressPrinter.onStandardError();
        try (RunScope scope = new RunScope();
                ImageSaver saver = saveImages == null ? null : new ImageSaver(saveImages)) {
            ReportPictures pictures = report == null ? null : new ReportPictures();
            List<ExplainListener> looking =
                    Stream.of(saver, pictures).filter(Objects::nonNull).toList();
            Explanation explanation;
            try {
                explanation =
                        explainer.allowing(options.named()).explain(request, new Together(progress, looking), scope);
            } finally {
                progress.clear();
            }
            if (saver != null) {
                saver.finish();
            }
            if (report != null) {
                WholeFile.write(report, HtmlReport.render(explanation, pictures));
            }
            print(explanation);
            warn(explanation);
            boolean failed =
                    explanation.policy() != null && !explanation.policy().passed();
            return failed ? POLICY_FAILED : CommandLine.ExitCode.OK;
        }
    }

    private int estimate(ExplainRequest request) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (RunScope scope = new RunScope()) {
            Estimate told = budget.estimate(request, explainer.allowing(options.named()), scope);
            if (json == null) {
                out.printf(
                        "pictures     %d to %d%n",
                        told.images().least(), told.images().most());
                out.printf(
                        "evaluations  %d to %d%n",
                        told.evaluations().least(), told.evaluations().most());
                if (told.seconds() == null) {
                    out.println("seconds      not known: no such pictures have been drawn on this machine");
                } else {
                    out.printf(
                            Locale.ROOT,
                            "seconds      %.1f to %.1f%n",
                            told.seconds().least(),
                            told.seconds().most());
                }
                out.printf(
                        "price        %s to %s %s%n",
                        told.price().least().toPlainString(),
                        told.price().most().toPlainString(),
                        told.currency());
            } else {
                JsonOutput.write(json, told, mapper, out);
            }
        }
        out.flush();
        return CommandLine.ExitCode.OK;
    }

    private void print(Explanation explanation) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (JsonOutput.write(json, explanation, mapper, out)) {
            return;
        }
        out.println(explanation.summary());
        if (!explanation.aspects().isEmpty()) {
            out.println();
            out.print(TerminalChart.render(explanation));
        }
        Stream.of(TerminalHeads.renderChanges(explanation), TerminalHeads.renderPolicy(explanation))
                .filter(text -> !text.isEmpty())
                .forEach(text -> out.print("\n" + text));
        if (explanation.usage().cached()) {
            out.printf("%nKnown from before: nothing was drawn.%n");
        }
        SamplingReport sampling = explanation.sampling();
        if (sampling != null && sampling.stopped() == SamplingReport.Stopped.SETTLED) {
            out.printf(
                    "%nSettled after %d of %d pairs; --no-sequential draws all, --precision asks for narrower intervals.%n",
                    sampling.pairs(), sampling.budget());
        }
        out.flush();
    }

    /** Beside the answer, so that they are seen where that goes into a pipe. */
    private void warn(Explanation explanation) {
        PrintWriter err = spec.commandLine().getErr();
        explanation.warnings().forEach(warning -> err.println("\nWarning: " + warning));
        err.flush();
    }

    /** The pictures are drawn again only if anybody looks at them. */
    private record Together(ExplainListener progress, List<ExplainListener> looking) implements ExplainListener {

        @Override
        public Pictures pictures() {
            return looking.isEmpty() ? Pictures.DRAWN : Pictures.ALL;
        }

        @Override
        public void progress(Stage stage, long done, long total) {
            progress.progress(stage, done, total);
        }

        @Override
        public void image(Side side, int index, RgbImage image) {
            looking.forEach(listener -> listener.image(side, index, image));
        }
    }
}
