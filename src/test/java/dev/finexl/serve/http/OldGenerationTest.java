package dev.finexl.serve.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OldGenerationTest {

    private static final long MIB = 1 << 20;

    /** More than the young generation takes. */
    private static final int LARGE = 4 << 20;

    @Test
    void isCollectedWhenItHasGrownByHalfOfWhatLived() {
        assertThat(OldGeneration.isDue(149 * MIB, 100 * MIB)).isFalse();
        assertThat(OldGeneration.isDue(151 * MIB, 100 * MIB)).isTrue();
    }

    @Test
    void isLeftAloneWhileThereIsLittleToGain() {
        assertThat(OldGeneration.isDue(15 * MIB, 0)).isFalse();
        assertThat(OldGeneration.isDue(17 * MIB, 0)).isTrue();
        assertThat(OldGeneration.isDue(25 * MIB, 10 * MIB)).isFalse();
    }

    /** In a JVM of its own, for the collector that the program runs with. */
    @Test
    void garbageOfTheSerialCollectorDoesNotAddUp() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xms512m",
                        "-Xmx512m",
                        "-Xmn2m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Littering.class.getName())
                .redirectErrorStream(true)
                .start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
            assertThat(new String(process.getInputStream().readAllBytes()))
                    .isEqualTo("collected" + System.lineSeparator());
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    /** Leaves arrays behind that are too large for the young generation, until the old one has been collected. */
    static final class Littering {

        private Littering() {}

        public static void main(String[] args) throws InterruptedException {
            GarbageCollectorMXBean full = ManagementFactory.getGarbageCollectorMXBeans().stream()
                    .filter(collector -> List.of(collector.getMemoryPoolNames()).contains("Tenured Gen"))
                    .findFirst()
                    .orElseThrow();
            new OldGeneration(Duration.ofMillis(10)).keep();
            long dead = 0;
            // No more than the heap has room for without a collection of its own accord.
            while (full.getCollectionCount() == 0 && dead < 256 * MIB) {
                dead += new byte[LARGE].length;
                Thread.sleep(20);
            }
            System.out.println(full.getCollectionCount() > 0 ? "collected" : dead + " bytes of garbage");
        }
    }
}
