package dev.finexl.serve.cli;

import dev.finexl.explain.ModelDescription;
import dev.finexl.generate.lora.LoraCard;
import dev.finexl.onnx.NetworkCard;
import dev.finexl.store.Catalogue;
import dev.finexl.store.CatalogueItem;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code models}: what the catalogue holds, and what the files of a model say of it. */
@Command(
        name = "models",
        mixinStandardHelpOptions = true,
        description = "Lists the models that can be named by id: the bundled ones and those in the models folders;"
                + " or describes those that are named.")
public final class ModelsCommand implements Runnable {

    private static final String ELSEWHERE = "://";

    private final Catalogue catalogue;

    @Spec
    private CommandSpec spec;

    @Option(names = "--verbose", description = "describe the models that are listed")
    private boolean verbose;

    @Parameters(
            arity = "0..*",
            paramLabel = "DIR|FILE|ID",
            description =
                    "models to describe: family, parts, number formats and sizes; of a LoRA also its ranks and triggers")
    private List<String> named = List.of();

    ModelsCommand(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    @Override
    public void run() {
        if (!named.isEmpty()) {
            Catalogue allowed = catalogue.allowing(named);
            named.forEach(reference -> describe(ModelDescription.of(allowed.find(reference))));
            return;
        }
        List<CatalogueItem> entries = catalogue.list();
        int widest =
                entries.stream().mapToInt(e -> e.reference().length()).max().orElse(0);
        for (CatalogueItem entry : entries) {
            // What is not on this machine would have to be brought here to be described.
            if (verbose && !entry.reference().contains(ELSEWHERE)) {
                describeOrSayWhyNot(entry);
            } else {
                out().printf(
                                "%-" + (widest + 2) + "s%s%n",
                                entry.reference(),
                                entry.kind().label());
            }
        }
    }

    /** One broken model must not hide the others. */
    private void describeOrSayWhyNot(CatalogueItem entry) {
        try {
            describe(ModelDescription.of(catalogue.find(entry.reference())));
        } catch (RuntimeException e) {
            line(entry.reference(), entry.kind().label());
            line("  cannot be used", e.getMessage());
        }
    }

    private void describe(ModelDescription model) {
        line(model.reference(), model.kind());
        line("  family", model.family());
        line("  pipeline", model.pipeline());
        line("  scheduler", model.scheduler());
        if (model.pictures() != null) {
            line(
                    "  pictures",
                    "%d × %d"
                            .formatted(
                                    model.pictures().width(), model.pictures().height()));
        }
        if (model.parts() != null) {
            for (NetworkCard part : model.parts()) {
                line("  " + part.file(), String.join(", ", part.types()) + "  " + size(part.bytes()));
            }
        }
        if (model.embedding() != null) {
            line("  token", model.embedding().token());
            line("  vectors", model.embedding().vectors());
        }
        if (model.lora() != null) {
            describe(model.lora());
        }
    }

    private void describe(LoraCard lora) {
        line("  title", lora.title());
        line("  made for", lora.architecture());
        line("  triggers", lora.triggers().isEmpty() ? null : String.join("; ", lora.triggers()));
        line("  changes", "%d layers of %s".formatted(lora.modules(), String.join(", ", lora.parts())));
        line("  rank", range(lora.minRank(), lora.maxRank()));
        line("  alpha", lora.minAlpha() == null ? null : range(lora.minAlpha(), lora.maxAlpha()));
    }

    private static String range(Number low, Number high) {
        return low.equals(high) ? low.toString() : low + " to " + high;
    }

    private static String size(long bytes) {
        return bytes < 1 << 20
                ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0)
                : String.format(Locale.ROOT, "%.1f MiB", bytes / (1024.0 * 1024));
    }

    private void line(String name, Object value) {
        if (Objects.nonNull(value)) {
            out().printf("%-34s  %s%n", name, value);
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
