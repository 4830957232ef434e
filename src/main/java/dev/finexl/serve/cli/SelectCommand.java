package dev.finexl.serve.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.choose.Chooser;
import dev.finexl.choose.SelectRequest;
import dev.finexl.choose.Selection;
import dev.finexl.explain.ExplainRequest.LoraChoice;
import dev.finexl.explain.Explainer;
import dev.finexl.onnx.RunScope;
import dev.finexl.report.TerminalSelection;
import jakarta.validation.Validator;
import java.io.IOException;
import java.io.PrintWriter;
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

/** {@code select}: the models that fit a wish best, or that are most like another. */
@Command(
        name = "select",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Ranks personalized models by how well their explanations fit a wish in words, or by how like they are"
                        + " to another's. Without --models it chooses among all that have been explained.",
        footer = {
            "",
            "Examples: select --wish \"vivid, not too dark\" --base mini-diffusion --models vivid,pixelated",
            "          select --wish \"slightly grainy, no outlines\"",
            "          select --like vivid"
        })
public final class SelectCommand implements Callable<Integer> {

    private final Explainer explainer;
    private final Chooser chooser;
    private final Validator validator;
    private final ObjectMapper mapper;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--wish",
            paramLabel = "TEXT",
            description = "what is wanted, e.g. \"grainy, very warm, not too dark\"")
    private String wish;

    @Option(
            names = "--like",
            paramLabel = "MODEL[:WEIGHT]",
            description = "the model whose like are sought: as for --models, or one of the index by its name")
    private String like;

    @Option(
            names = "--models",
            paramLabel = "MODEL[:WEIGHT]",
            split = ",",
            description = "models to choose from: LoRAs, with their weight if that is not 1, or whole models; may be"
                    + " repeated. Those that are not in the index are explained first")
    private List<String> models;

    @Option(
            names = "--base",
            paramLabel = "MODEL",
            description = "their base; without --models only its own are sought")
    private String base;

    @Option(names = "--limit", paramLabel = "N", description = "most models in the answer; default: 10")
    private Integer limit;

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Option(names = "--json", paramLabel = "FILE", description = "write the answer as JSON; - for standard output")
    private String json;

    SelectCommand(Explainer explainer, Chooser chooser, Validator validator, ObjectMapper mapper) {
        this.explainer = explainer;
        this.chooser = chooser;
        this.validator = validator;
        this.mapper = mapper;
    }

    @Override
    public Integer call() throws IOException {
        SelectRequest request = new SelectRequest(
                wish, like, models, sampling.request().base(base).build(), limit);
        RequestCheck.requireValid(validator, request, spec.commandLine());
        ProgressPrinter progress = ProgressPrinter.onStandardError();
        Selection selection;
        try (RunScope scope = new RunScope()) {
            selection = chooser.with(explainer.allowing(named())).select(request, progress, scope);
        } finally {
            progress.clear();
        }
        PrintWriter out = spec.commandLine().getOut();
        if (!JsonOutput.write(json, selection, mapper, out)) {
            out.print(TerminalSelection.render(selection));
            out.flush();
        }
        return CommandLine.ExitCode.OK;
    }

    /** Without a base a name is looked up in the index, and is no reference to anything that is read. */
    private List<String> named() {
        Stream<String> chosen =
                Stream.concat(models == null ? Stream.empty() : models.stream(), Stream.ofNullable(like));
        return Stream.of(
                        Stream.of(base).filter(Objects::nonNull),
                        base == null
                                ? Stream.<String>empty()
                                : chosen.map(text -> LoraChoice.parse(text).model()),
                        sampling.named())
                .flatMap(references -> references)
                .toList();
    }
}
