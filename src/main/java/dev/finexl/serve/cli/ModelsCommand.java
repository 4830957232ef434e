package dev.finexl.serve.cli;

import dev.finexl.store.Catalogue;
import dev.finexl.store.CatalogueItem;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code models}: what the catalogue holds. */
@Command(
        name = "models",
        mixinStandardHelpOptions = true,
        description = "Lists the models that can be named by id: the bundled ones and those in the models folders.")
public final class ModelsCommand implements Runnable {

    private final Catalogue catalogue;

    @Spec
    private CommandSpec spec;

    ModelsCommand(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    @Override
    public void run() {
        List<CatalogueItem> entries = catalogue.list();
        int widest =
                entries.stream().mapToInt(e -> e.reference().length()).max().orElse(0);
        for (CatalogueItem entry : entries) {
            spec.commandLine()
                    .getOut()
                    .printf(
                            "%-" + (widest + 2) + "s%s%n",
                            entry.reference(),
                            entry.kind().label());
        }
    }
}
