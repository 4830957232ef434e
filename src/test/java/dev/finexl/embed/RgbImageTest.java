package dev.finexl.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class RgbImageTest {

    @Test
    void theSamplesMustFill() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RgbImage(2, 2, new byte[11]))
                .withMessage("a picture of 2 × 2 pixels cannot have 11 samples");
        assertThatIllegalArgumentException().isThrownBy(() -> new RgbImage(0, 0, new byte[0]));
        assertThatIllegalArgumentException().isThrownBy(() -> new RgbImage(-1, -1, new byte[3]));
        assertThatIllegalArgumentException().isThrownBy(() -> new RgbImage(1 << 16, 1 << 16, new byte[0]));
    }

    @Test
    void equalPicturesAreEqual() {
        RgbImage image = new RgbImage(1, 2, new byte[] {1, 2, 3, 4, 5, 6});
        assertThat(image)
                .isEqualTo(new RgbImage(1, 2, new byte[] {1, 2, 3, 4, 5, 6}))
                .hasSameHashCodeAs(new RgbImage(1, 2, new byte[] {1, 2, 3, 4, 5, 6}))
                .isNotEqualTo(new RgbImage(2, 1, new byte[] {1, 2, 3, 4, 5, 6}))
                .isNotEqualTo(new RgbImage(1, 2, new byte[] {1, 2, 3, 4, 5, 7}))
                .hasToString("RgbImage[1 × 2]");
    }

    @Test
    void shrinksToASideInItsProportions() {
        RgbImage wide = new RgbImage(1000, 250, new byte[3 * 1000 * 250]);
        assertThat(wide.within(512)).isEqualTo(new RgbImage(512, 128, new byte[3 * 512 * 128]));
        assertThat(wide.within(1000)).isSameAs(wide);
        RgbImage needle = new RgbImage(1, 2000, new byte[3 * 2000]);
        assertThat(needle.within(512)).isEqualTo(new RgbImage(1, 512, new byte[3 * 512]));
    }
}
