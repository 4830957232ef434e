package dev.finexl.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers that numpy 2.4.6 and scipy 1.17.1 (ndimage.sobel, percentile) give for the same pictures, in double precision. */
class PictureStatisticsTest {

    private static final double[] ODD = {
        56.95653, 7.38709, 3.96880, 58.40915, 19.16801, 46.48229, 45.55294, 29.90593, -3.92015, -10.65764, 0.13097,
        -0.05805, 2.25057, 2.86632, 3.10383, 3.04397, 2.44723, 2.90455, 2.39231, 2.99089, 2.67116, 2.18670, 2.03915,
        2.07303, 1.79001, 2.13157, 1.88996, 1.50993, 1.23688, 1.57854, 1.46783, 1.61065, 1.01506
    };
    private static final double[] EVEN = {
        57.43736, 7.18868, 3.94551, 64.92034, 18.44881, 50.56895, 48.06612, 26.83588, -0.44829, -12.05913, 0.19319,
        -0.08277, 2.16682, 2.83419, 3.15070, 3.01556, 2.30547, 2.84323, 2.48535, 2.95762, 2.62598, 2.14607, 2.03915,
        2.18245, 1.92545, 2.18113, 1.83423, 1.38543, 0.86216, 1.29798, 0.25576, 1.15513, 0.95292
    };

    private static RgbImage picture(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < rgb.length; i++) {
            int c = i % 3;
            int x = i / 3 % width;
            int y = i / 3 / width;
            rgb[i] = (byte) (37 * x + 59 * y + 101 * c + x * y * (c + 1) + x * x * y);
        }
        return new RgbImage(width, height, rgb);
    }

    private static double[] statistics(RgbImage image) {
        float[] numbers = PictureStatistics.of(image);
        return IntStream.range(0, numbers.length).mapToDouble(i -> numbers[i]).toArray();
    }

    @Test
    void areThoseOfNumpy() {
        assertThat(statistics(picture(41, 31))).containsExactly(ODD, within(1e-4));
        assertThat(statistics(picture(16, 24))).containsExactly(EVEN, within(1e-4));
    }

    @ParameterizedTest
    @CsvSource({
        "255, 255, 255, 100, 0, 0",
        "0, 0, 0, 0, 0, 0",
        "255, 0, 0, 53.24079, 80.09246, 67.20320",
        "0, 0, 255, 32.29701, 79.18752, -107.86016",
        "10, 200, 90, 70.94551, -64.89951, 43.04968",
        "1, 2, 3, 0.50983, -0.12245, -0.47060"
    })
    void coloursAreThoseOfCieLab(int red, int green, int blue, double lightness, double a, double b) {
        CieLab lab = new CieLab();
        lab.set(red, green, blue);
        assertThat(new double[] {lab.lightness(), lab.a(), lab.b()})
                .containsExactly(new double[] {lightness, a, b}, within(1e-4));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 9", "7, 1", "2, 2", "3, 5", "1500, 3"})
    void areFiniteForEveryShape(int width, int height) {
        double[] numbers = statistics(picture(width, height));
        assertThat(numbers).hasSize(PictureStatistics.COUNT);
        assertThat(Arrays.stream(numbers)).allMatch(Double::isFinite);
    }

    @Test
    void aMirroredPictureDiffersInItsDiagonalsAlone() {
        RgbImage image = picture(24, 16);
        byte[] mirrored = new byte[image.rgb().length];
        for (int y = 0; y < 16; y++) {
            for (int x = 0; x < 24; x++) {
                System.arraycopy(image.rgb(), 3 * (y * 24 + x), mirrored, 3 * (y * 24 + 23 - x), 3);
            }
        }
        double[] expected = statistics(image);
        expected[11] = -expected[11];
        assertThat(statistics(new RgbImage(24, 16, mirrored))).containsExactly(expected, within(1e-4));
    }

    @Test
    void grainIsSeenWhereItIsEverywhere() {
        byte[] flat = new byte[3 * 32 * 32];
        Arrays.fill(flat, (byte) 120);
        byte[] edge = flat.clone();
        byte[] grain = flat.clone();
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 32 * 32; i++) {
            byte noisy = (byte) random.nextInt(104, 136);
            for (int c = 0; c < 3; c++) {
                edge[3 * i + c] = (byte) (i % 32 < 15 ? 60 : 180);
                grain[3 * i + c] = noisy;
            }
        }
        double none = statistics(new RgbImage(32, 32, flat))[16];
        assertThat(statistics(new RgbImage(32, 32, edge))[16]).isEqualTo(none);
        assertThat(statistics(new RgbImage(32, 32, grain))[16]).isGreaterThan(none + 1);
    }
}
