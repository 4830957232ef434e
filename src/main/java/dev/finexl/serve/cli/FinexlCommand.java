package dev.finexl.serve.cli;

import io.quarkus.picocli.runtime.annotations.TopCommand;
import io.quarkus.runtime.Quarkus;
import picocli.CommandLine.Command;

/** The program itself: without a command it serves HTTP until it is stopped. */
@TopCommand
@Command(
        name = "finexl",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        description = "Explains in words what a personalized image model does differently from its base.",
        footer = {"", "Without a command it serves HTTP: POST /explain, GET /models, GET /q/health."},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed: a model or a file could not be used",
            "2:bad usage",
            "3:explained, and the policy failed"
        },
        subcommands = {
            ExplainCommand.class,
            CompareCommand.class,
            SelectCommand.class,
            EvaluateCommand.class,
            PrimeCommand.class,
            ModelsCommand.class,
            AuditCommand.class,
            KeysCommand.class
        })
public final class FinexlCommand implements Runnable {

    @Override
    public void run() {
        Quarkus.waitForExit();
    }
}
