package dev.finexl.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.finexl.explain.Measurer.Measurement;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class MeasurementBytesProperties {

    private static List<Measurement> measured(int count, int width, int heads, long seed) {
        Random random = new Random(seed);
        return IntStream.range(0, count)
                .mapToObj(i -> new Measurement(
                        numbers(width, random),
                        numbers(width / 2, random),
                        IntStream.range(0, heads)
                                .mapToObj(h -> numbers(h + 1, random))
                                .toList()))
                .toList();
    }

    private static float[] numbers(int count, Random random) {
        float[] numbers = new float[count];
        for (int k = 0; k < count; k++) {
            numbers[k] = random.nextFloat();
        }
        return numbers;
    }

    @Property(tries = 100, seed = "1")
    void comeBackAsTheyWere(
            @ForAll @IntRange(min = 1, max = 9) int count,
            @ForAll @IntRange(min = 1, max = 20) int width,
            @ForAll @IntRange(min = 0, max = 3) int heads,
            @ForAll long seed) {
        List<Measurement> measured = measured(count, width, heads, seed);
        List<Measurement> read = MeasurementBytes.read(MeasurementBytes.write(measured), count);
        for (int i = 0; i < count; i++) {
            assertThat(read.get(i).embedding()).containsExactly(measured.get(i).embedding());
            assertThat(read.get(i).statistics()).containsExactly(measured.get(i).statistics());
            for (int h = 0; h < heads; h++) {
                assertThat(read.get(i).heads().get(h))
                        .containsExactly(measured.get(i).heads().get(h));
            }
        }
    }

    @Property(tries = 200, seed = "2")
    void areRefusedWhereAByteIsNotWhatItWas(
            @ForAll long seed, @ForAll @IntRange(min = 0, max = 10_000) int place, @ForAll byte other) {
        byte[] bytes = MeasurementBytes.write(measured(3, 8, 2, seed));
        int at = place % bytes.length;
        if (bytes[at] == other) {
            return;
        }
        bytes[at] = other;
        assertThatIllegalArgumentException().isThrownBy(() -> MeasurementBytes.read(bytes, 3));
    }

    @Property(tries = 100, seed = "3")
    void areRefusedWhereTheyAreAnything(@ForAll byte[] bytes) {
        assertThatIllegalArgumentException().isThrownBy(() -> MeasurementBytes.read(bytes, 1));
    }
}
