package dev.finexl;

import dev.finexl.onnx.RunScope;
import dev.finexl.serve.cli.Failures;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import sun.misc.Signal;

/**
 * Ends the program by itself when it is told to end, before the JVM does. Exists because ONNX Runtime's library tears its
 * environment down in a shutdown hook, which runs beside all others: an explanation that is still running then takes
 * the process down with a segmentation fault, and nobody gets his answer.
 *
 * <p>The JDK offers signals only by a class that compilers warn of.
 */
final class Termination {

    private static final List<String> SIGNALS = List.of("TERM", "INT");

    private Termination() {}

    /**
     * Cancels what a command has under way, which then ends as cancelled work does; the second time, or where nothing is under
     * way, the program ends at once.
     */
    static Runnable ofACommand() {
        AtomicBoolean told = new AtomicBoolean();
        return () -> {
            if (told.getAndSet(true)) {
                Runtime.getRuntime().halt(Failures.CANCELLED);
            }
            if (!RunScope.cancelAll()) {
                Thread.ofPlatform().start(() -> System.exit(Failures.CANCELLED));
            }
        };
    }

    /**
     * Has something done at the signals that ask a program to end, in place of the end. Where the JVM keeps signals to itself
     * ({@code -Xrs}) or has none, they do what they always did.
     */
    static void onSignal(Runnable end) {
        try {
            for (String name : SIGNALS) {
                Signal.handle(new Signal(name), _ -> end.run());
            }
        } catch (IllegalArgumentException _) {
            System.err.println("finexl: signals cannot be handled here, so work may be cut off at the end");
        }
    }
}
