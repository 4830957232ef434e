package dev.finexl;

import dev.finexl.serve.cli.Failures;
import dev.finexl.serve.cli.FinexlCommand;
import io.quarkus.picocli.runtime.annotations.TopCommand;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import jakarta.enterprise.inject.Instance;
import picocli.CommandLine;

/** Starts the program: with a command it runs that and ends, without one it serves HTTP. */
@QuarkusMain
public final class Main implements QuarkusApplication {

    private final Instance<FinexlCommand> command;
    private final Instance<CommandLine.IFactory> factory;

    Main(@TopCommand Instance<FinexlCommand> command, Instance<CommandLine.IFactory> factory) {
        this.command = command;
        this.factory = factory;
    }

    /** @param args the command and its options */
    public static void main(String... args) {
        if (args.length > 0) {
            // A command has no use for a port, and only its own words belong on the terminal.
            System.setProperty("quarkus.http.host-enabled", "false");
            System.setProperty("quarkus.log.level", "WARN");
            System.setProperty("quarkus.log.console.stderr", "true");
            Termination.onSignal(Termination.ofACommand());
        } else {
            Termination.onSignal(() -> Quarkus.asyncExit(CommandLine.ExitCode.OK));
        }
        Quarkus.run(Main.class, args);
    }

    @Override
    public int run(String... args) {
        if (args.length == 0) {
            // The command line is read by reflection, which a server would wait for in vain.
            Quarkus.waitForExit();
            return CommandLine.ExitCode.OK;
        }
        return new CommandLine(command.get(), factory.get())
                .setExecutionExceptionHandler(new Failures())
                .execute(args);
    }
}
