package dev.finexl.serve.http;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.time.Duration;

/**
 * Keeps the old generation of the heap near what lives in it. The serial collector, which is the right one for a small heap
 * ({@code infra/java.options}), lets it grow up to the heap's limit before it collects it for the first time: each explanation leaves
 * some old garbage there, such as pages that the database's cache has given up, so the process of a busy server would grow with the
 * number of requests. Here it is collected as other collectors do it, as soon as it has grown by half of what lived last time.
 *
 * <p>One pause is as long as what lives is large. Other collectors are left alone.
 */
final class OldGeneration {

    /** The old generation of the serial collector. */
    private static final String SERIAL = "Tenured Gen";

    /** Below this much growth a collection is not worth its pause. */
    private static final long WORTH_IT = 16L << 20;

    private final Duration period;

    /** @param period of looking at it */
    OldGeneration(Duration period) {
        this.period = period;
    }

    /** Begins to look, in a thread that ends with the program. Nothing of it is on the way to the first answer. */
    void keep() {
        Thread.ofPlatform().name("old-generation").daemon().start(this::look);
    }

    private void look() {
        try {
            Thread.sleep(period);
            for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
                if (pool.getName().equals(SERIAL)) {
                    keep(pool);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void keep(MemoryPoolMXBean pool) throws InterruptedException {
        while (true) {
            MemoryUsage collected = pool.getCollectionUsage();
            if (isDue(pool.getUsage().getUsed(), collected == null ? 0 : collected.getUsed())) {
                System.gc();
            }
            Thread.sleep(period);
        }
    }

    /**
     * Whether it is time to collect.
     *
     * @param used bytes that are in use, by live objects or dead ones
     * @param lived bytes that were in use after the last collection; 0 if there was none
     */
    static boolean isDue(long used, long lived) {
        return used - lived > Math.max(WORTH_IT, lived / 2);
    }
}
