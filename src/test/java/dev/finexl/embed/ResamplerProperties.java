package dev.finexl.embed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class ResamplerProperties {

    @Property(seed = "1")
    void aPictureOfOneColourKeepsIt(
            @ForAll ResampleFilter filter,
            @ForAll("sizes") Size from,
            @ForAll("sizes") Size to,
            @ForAll @IntRange(max = 255) int level) {
        byte[] rgb = new byte[3 * from.width() * from.height()];
        Arrays.fill(rgb, (byte) level);
        byte[] resized = Resampler.resize(new RgbImage(from.width(), from.height(), rgb), filter, to)
                .rgb();
        assertThat(resized).hasSize(3 * to.width() * to.height()).containsOnly(level);
    }

    @Property(seed = "2")
    void theSameSizeIsTheSamePicture(@ForAll ResampleFilter filter, @ForAll("sizes") Size size, @ForAll Random random) {
        RgbImage image = noise(size, random);
        assertThat(Resampler.resize(image, filter, size)).isEqualTo(image);
    }

    @Property(seed = "3")
    void aWindowIsAPartOfTheWhole(
            @ForAll ResampleFilter filter,
            @ForAll("sizes") Size from,
            @ForAll("sizes") Size to,
            @ForAll Random random) {
        RgbImage image = noise(from, random);
        int left = random.nextInt(to.width());
        int top = random.nextInt(to.height());
        Window window =
                new Window(left, top, 1 + random.nextInt(to.width() - left), 1 + random.nextInt(to.height() - top));
        RgbImage whole = Resampler.resize(image, filter, to);
        RgbImage part = Resampler.of(filter, from, to, window).apply(image);
        for (int y = 0; y < part.height(); y++) {
            int start = 3 * ((top + y) * to.width() + left);
            assertThat(Arrays.copyOfRange(part.rgb(), 3 * y * part.width(), 3 * (y + 1) * part.width()))
                    .isEqualTo(Arrays.copyOfRange(whole.rgb(), start, start + 3 * part.width()));
        }
    }

    private static RgbImage noise(Size size, Random random) {
        byte[] rgb = new byte[3 * size.width() * size.height()];
        random.nextBytes(rgb);
        return new RgbImage(size.width(), size.height(), rgb);
    }

    @Provide
    Arbitrary<Size> sizes() {
        Arbitrary<Integer> side = Arbitraries.integers().between(1, 40);
        return Combinators.combine(side, side).as(Size::new);
    }
}
