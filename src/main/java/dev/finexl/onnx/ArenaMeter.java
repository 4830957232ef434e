package dev.finexl.onnx;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures what the runs of a session keep. ONNX Runtime's arena grows to what the largest run needs and gives nothing back
 * until the session is closed, and its Java API does not say how large it is. So this looks at the process: what it has
 * resident after a run that is more than ever before is what the run added. What other threads add meanwhile is counted
 * too, so the number is an upper bound. A run that takes no more than an earlier one adds nothing, and is not looked at. Where
 * there is no {@code /proc} it stays 0. Thread-safe.
 */
final class ArenaMeter {

    private static final String STATISTICS = "/proc/self/statm";
    private static final int PAGE = 4096;

    /** The most that the process ever had resident after a run of any session, so that no page is counted twice. */
    private static final AtomicLong HIGHEST = new AtomicLong();

    private final AtomicLong kept = new AtomicLong();
    /** Bytes that the runs under way were given together, and the most that they ever were. */
    private final AtomicLong running = new AtomicLong();

    private final AtomicLong most = new AtomicLong();

    /**
     * To be called before a run.
     *
     * @param given bytes that the run is given
     */
    void begin(long given) {
        if (running.addAndGet(given) > most.get()) {
            HIGHEST.accumulateAndGet(resident(), Math::max);
        }
    }

    /**
     * To be called after a run.
     *
     * @param given as at its beginning
     */
    void end(long given) {
        long all = running.getAndAdd(-given);
        if (all > most.getAndAccumulate(all, Math::max)) {
            long now = resident();
            long before = HIGHEST.getAndAccumulate(now, Math::max);
            if (now > before) {
                kept.addAndGet(now - before);
            }
        }
    }

    /** What the runs between {@link #begin} and {@link #end} added, in bytes. */
    long bytes() {
        return kept.get();
    }

    private static long resident() {
        try (RandomAccessFile file = new RandomAccessFile(STATISTICS, "r")) {
            byte[] line = new byte[128];
            int length = Math.max(0, file.read(line));
            String[] pages = new String(line, 0, length, StandardCharsets.US_ASCII).split(" ");
            return pages.length > 1 ? Long.parseLong(pages[1]) * PAGE : 0;
        } catch (IOException | NumberFormatException _) {
            return 0;
        }
    }
}
