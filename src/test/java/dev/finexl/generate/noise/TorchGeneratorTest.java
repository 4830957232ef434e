package dev.finexl.generate.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TorchGeneratorTest {

    /** Torch's own approximations of log, sine and cosine differ from the exact ones by less than this. */
    private static final float TOLERANCE = 1e-6f;

    /** @param first all values of the first draw, or of a long one the first 64 and the last 64 */
    record Draw(long seed, int count, float[] first, double sum, float[] second) {
        @Override
        public String toString() {
            return "seed " + seed + ", " + count + " values";
        }
    }

    static List<Draw> golden() throws IOException {
        try (InputStream in = TorchGeneratorTest.class.getResourceAsStream("/golden/torch_randn.json")) {
            List<Draw> draws = new ArrayList<>();
            for (JsonNode node : new ObjectMapper().readTree(in).get("cases")) {
                int count = 1;
                for (JsonNode size : node.get("shape")) {
                    count *= size.intValue();
                }
                draws.add(new Draw(
                        node.get("seed").longValue(),
                        count,
                        floats(node.get("first")),
                        node.get("sum").doubleValue(),
                        floats(node.get("second_draw_first4"))));
            }
            return draws;
        }
    }

    @ParameterizedTest
    @MethodSource("golden")
    void drawsWhatTorchDraws(Draw golden) {
        TorchGenerator generator = new TorchGenerator(golden.seed);
        float[] first = new float[golden.count];
        generator.normal(first, 0, golden.count);
        float[] second = new float[golden.count];
        generator.normal(second, 0, golden.count);

        for (int i = 0; i < golden.first.length; i++) {
            int position = i < 64 ? i : golden.count - golden.first.length + i;
            assertThat(first[position]).as("value %d", position).isCloseTo(golden.first[i], within(TOLERANCE));
        }
        double sum = 0;
        for (float value : first) {
            sum += value;
        }
        assertThat(sum).isCloseTo(golden.sum, within(golden.count * (double) TOLERANCE));
        for (int i = 0; i < golden.second.length; i++) {
            assertThat(second[i]).as("second draw, value %d", i).isCloseTo(golden.second[i], within(TOLERANCE));
        }
    }

    @Test
    void smallDrawsKeepThePairsSecondValueForTheNextSmallDraw() {
        float[] together = new float[8];
        new TorchGenerator(7).normal(together, 0, 8);

        TorchGenerator generator = new TorchGenerator(7);
        float[] apart = new float[8];
        generator.normal(apart, 0, 3);
        generator.normal(apart, 3, 1);
        generator.normal(apart, 4, 4);

        assertThat(apart).isEqualTo(together);
    }

    @Test
    void aLargeDrawLeavesTheKeptValueAlone() {
        float[] pair = new float[2];
        new TorchGenerator(7).normal(pair, 0, 2);

        TorchGenerator generator = new TorchGenerator(7);
        float[] values = new float[18];
        generator.normal(values, 0, 1);
        generator.normal(values, 1, 16);
        generator.normal(values, 17, 1);

        assertThat(values[0]).isEqualTo(pair[0]);
        assertThat(values[17]).isEqualTo(pair[1]);
    }

    @Test
    void onlyTheLowerHalfOfTheSeedMatters() {
        assertThat(draw(5L + (1L << 32), 40)).isEqualTo(draw(5L, 40));
        assertThat(draw(-1L, 40)).isEqualTo(draw(0xffffffffL, 40));
        assertThat(draw(6L, 40)).isNotEqualTo(draw(5L, 40));
    }

    @Test
    void fillsOnlyThePartAskedFor() {
        float[] values = new float[60];
        new TorchGenerator(3).normal(values, 10, 40);

        float[] alone = draw(3, 40);
        for (int i = 0; i < 60; i++) {
            assertThat(values[i]).as("value %d", i).isEqualTo(i >= 10 && i < 50 ? alone[i - 10] : 0f);
        }
    }

    @Test
    void aPartOutsideTheArrayIsRefusedAndDrawsNothing() {
        TorchGenerator generator = new TorchGenerator(3);
        float[] values = new float[20];
        assertThatThrownBy(() -> generator.normal(values, 10, 11)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> generator.normal(values, -1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> generator.normal(values, 0, -1)).isInstanceOf(IndexOutOfBoundsException.class);

        generator.normal(values, 0, 20);
        assertThat(values).isEqualTo(draw(3, 20));
    }

    @Test
    void theWordsAreThoseOfTheReferenceImplementation() {
        // The C++ standard fixes the 10 000th word of the default seed.
        MersenneTwister words = new MersenneTwister(5489);
        int word = 0;
        for (int i = 0; i < 10_000; i++) {
            word = words.nextInt();
        }
        assertThat(Integer.toUnsignedLong(word)).isEqualTo(4123659995L);
    }

    private static float[] draw(long seed, int count) {
        float[] values = new float[count];
        new TorchGenerator(seed).normal(values, 0, count);
        return values;
    }

    private static float[] floats(JsonNode array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).floatValue();
        }
        return values;
    }
}
