package dev.finexl.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class BatchSizeTest {

    private static final long GIB = 1L << 30;

    @Test
    void smallPicturesAreSampledManyAtOnceAndLargeOnesOneByOne() {
        BatchSize batch = new BatchSize(16, 12 * GIB);
        assertThat(batch.of(64, 64)).isEqualTo(16);
        assertThat(batch.of(256, 256)).isEqualTo(16);
        // 4 GiB for each.
        assertThat(batch.of(512, 512)).isEqualTo(3);
        assertThat(batch.of(1024, 1024)).isEqualTo(1);
        assertThat(BatchSize.fixed(8).of(1024, 1024)).isEqualTo(8);
    }

    @Property(seed = "1")
    void moreMemoryNeverMakesThemFewerAndALargerPictureNeverMore(
            @ForAll @IntRange(min = 1, max = 8192) int height,
            @ForAll @IntRange(min = 1, max = 8192) int width,
            @ForAll @LongRange(min = 0, max = 1L << 50) long memory) {
        int pictures = new BatchSize(16, memory).of(height, width);
        assertThat(pictures).isBetween(1, 16);
        assertThat(new BatchSize(16, memory + memory / 2).of(height, width)).isGreaterThanOrEqualTo(pictures);
        assertThat(new BatchSize(16, memory).of(2 * height, width)).isLessThanOrEqualTo(pictures);
    }

    @Test
    void refusesAnEmptyBatch() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BatchSize.fixed(0))
                .withMessage("most pictures sampled together: expected at least 1, got 0");
    }
}
