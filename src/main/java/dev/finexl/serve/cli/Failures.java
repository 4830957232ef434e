package dev.finexl.serve.cli;

import dev.finexl.explain.InvalidRequestException;
import java.util.concurrent.CancellationException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/**
 * Turns what a command throws into one line on standard error and an exit code: 2 for a request that cannot be meant
 * as it stands, {@value #CANCELLED} for work that was cancelled, 1 for everything else.
 */
public final class Failures implements IExecutionExceptionHandler {

    /** What shells give for a program that Ctrl-C ended. */
    public static final int CANCELLED = 130;

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        String said = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        String message = failure instanceof InvalidRequestException invalid ? invalid.field() + ": " + said : said;
        command.getErr().println("finexl: " + printable(message));
        if (isUnexpected(failure)) {
            failure.printStackTrace(command.getErr());
        }
        return switch (failure) {
            case InvalidRequestException _ -> CommandLine.ExitCode.USAGE;
            case CancellationException _ -> CANCELLED;
            default -> CommandLine.ExitCode.SOFTWARE;
        };
    }

    /** A message quotes names that models, LoRAs and callers chose; a terminal would obey what is written in them. */
    private static String printable(String message) {
        StringBuilder printable = new StringBuilder(message.length());
        message.codePoints()
                .map(c -> Character.isISOControl(c) && c != '\n' && c != '\t' ? '\uFFFD' : c)
                .forEach(printable::appendCodePoint);
        return printable.toString();
    }

    /** A fault of the program rather than of what it was given: its trace is worth reading. */
    private static boolean isUnexpected(Exception failure) {
        return !(failure instanceof CancellationException)
                && !failure.getClass().getName().startsWith("dev.finexl.")
                && !(failure instanceof java.io.IOException)
                && !(failure instanceof java.io.UncheckedIOException);
    }
}
