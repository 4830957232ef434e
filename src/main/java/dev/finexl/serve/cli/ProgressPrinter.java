package dev.finexl.serve.cli;

import dev.finexl.explain.ExplainListener;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/**
 * Shows how far an explanation is: on a terminal one line that is written over, with the time that is left by the pace
 * so far; elsewhere a plain line for each quarter of a stage.
 */
final class ProgressPrinter implements ExplainListener {

    private static final long REDRAW_NANOS = Duration.ofMillis(100).toNanos();

    private final PrintStream out;
    private final boolean terminal;
    private Stage stage;
    private long stageStart;
    /** What was done when the stage began, or began again: sampling goes on after each look at the answer. */
    private long doneBefore;

    private long lastDraw;
    private long lastQuarter;

    /** On standard error, as what it is connected to allows. */
    static ProgressPrinter onStandardError() {
        return new ProgressPrinter(
                System.err, System.console() != null && System.console().isTerminal());
    }

    ProgressPrinter(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    @Override
    public void progress(Stage now, long done, long total) {
        if (now == Stage.DECOMPOSITION && total == 1) {
            return; // a moment, after each look
        }
        long time = System.nanoTime();
        if (now != stage) {
            stage = now;
            stageStart = time;
            doneBefore = done;
            lastDraw = time - REDRAW_NANOS;
            lastQuarter = done == 0 ? -1 : 4 * done / total;
        }
        if (terminal) {
            if (done == total || time - lastDraw >= REDRAW_NANOS) {
                lastDraw = time;
                out.print("\r\u001b[K" + line(done, total, time));
                out.flush();
            }
        } else if (total > 0 && 4 * done / total > lastQuarter) {
            lastQuarter = 4 * done / total;
            out.println(line(done, total, time));
        }
    }

    /** Takes the progress line away, so that what follows starts on a clean line. */
    void clear() {
        if (terminal && stage != null) {
            out.print("\r\u001b[K");
            out.flush();
        }
    }

    private String line(long done, long total, long time) {
        String counted = "%s %d/%d%s".formatted(stage.key(), done, total, unit());
        if (done == doneBefore || done == total) {
            return counted;
        }
        double left = (time - stageStart) / 1e9 / (done - doneBefore) * (total - done);
        return counted + String.format(Locale.ROOT, ", about %.0f s left", Math.ceil(left));
    }

    private String unit() {
        return switch (stage) {
            case SAMPLING, EMBEDDING, CALIBRATION -> " images";
            case CONCEPTS -> " texts";
            case DOWNLOADING -> " bytes";
            case LOADING, PROPOSALS, DECOMPOSITION -> "";
        };
    }
}
