package dev.finexl.embed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.finexl.store.MemoryFiles;
import dev.finexl.store.ModelFileException;
import java.util.HashSet;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import net.jqwik.api.statistics.Statistics;

/** Whatever a {@code head.json} holds, it is either read as something sound or refused by the one exception declared. */
class HeadConfigProperties {

    private static final String VALID = """
            {"name": "levels", "encoder": "clip", "input": "image_embeds", "normalized": true, "output": "y",
             "unit": "level", "training": "pictures", "outputs": [
              {"name": "dark", "direction": "higher means more", "mean_absolute_error": 0.03, "correlation": 0.8},
              {"name": "bright", "unit": "lumen", "direction": "higher means less"}]}
            """;

    @Property(seed = "1")
    void anyText(@ForAll @StringLength(max = 200) String text) {
        read(text).ifPresent(HeadConfigProperties::assertSound);
    }

    @Property(seed = "2")
    void aValidFileWithAnyPartReplaced(
            @ForAll @IntRange(max = 400) int from,
            @ForAll @IntRange(max = 20) int length,
            @ForAll @StringLength(max = 5) String replacement) {
        int start = Math.min(from, VALID.length());
        int end = Math.min(start + length, VALID.length());

        Optional<HeadConfig> read = read(VALID.substring(0, start) + replacement + VALID.substring(end));

        read.ifPresent(HeadConfigProperties::assertSound);
        Statistics.label("read").collect(read.isPresent());
        Statistics.label("read").coverage(coverage -> coverage.check(true).count(c -> c > 0));
    }

    private static Optional<HeadConfig> read(String json) {
        try {
            return Optional.of(HeadConfig.read(new MemoryFiles().with("head.json", json)));
        } catch (ModelFileException refused) {
            assertThat(refused).hasMessageContaining("head.json");
            return Optional.empty();
        }
    }

    private static void assertSound(HeadConfig config) {
        assertThat(config.name()).matches("[A-Za-z0-9][A-Za-z0-9_-]*");
        assertThat(config.input()).isNotNull();
        assertThat(config.outputs()).hasSizeBetween(1, HeadConfig.MOST_OUTPUTS);
        assertThat(new HashSet<>(
                        config.outputs().stream().map(HeadConfig.Output::name).toList()))
                .hasSameSizeAs(config.outputs());
        for (HeadConfig.Output output : config.outputs()) {
            assertThat(output.name()).isNotBlank().hasSizeLessThanOrEqualTo(100);
            output.heldOutError()
                    .ifPresent(error -> assertThat(error).isFinite().isNotNegative());
        }
    }
}
