package dev.finexl.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ContactSheetTest {

    @Test
    void baseStandsAbovePersonalised() {
        RgbImage sheet = ContactSheet.of(plain(10, 8, 1, 2, 3), plain(10, 8, 101, 102, 103), 2);
        assertThat(sheet.width()).isEqualTo(4 + 2 * 14);
        assertThat(sheet.height()).isEqualTo(4 + 4 * 12);
        int[] rows = {4, 16, 28, 40};
        assertThat(IntStream.of(rows).map(y -> level(sheet, 4, y))).containsExactly(1, 101, 3, 103);
        assertThat(IntStream.of(rows).map(y -> level(sheet, 18, y))).containsExactly(2, 102, 255, 255);
        assertThat(level(sheet, 0, 0)).isEqualTo(255);
        assertThat(level(sheet, 13, 11)).isEqualTo(1);
        assertThat(level(sheet, 14, 11)).isEqualTo(255);
        assertThat(level(sheet, 13, 12)).isEqualTo(255);
    }

    @Test
    void fewPairsMakeANarrowSheet() {
        assertThat(ContactSheet.of(plain(10, 8, 1), plain(10, 8, 2), 100).width())
                .isEqualTo(18);
    }

    @Test
    void picturesOfManySizesShareTheLargestCell() {
        RgbImage sheet = ContactSheet.of(
                List.of(plain(10, 20, 1).getFirst(), plain(30, 5, 2).getFirst()), plain(4, 4, 3, 4), 2);
        assertThat(sheet.width()).isEqualTo(4 + 2 * 34);
        assertThat(sheet.height()).isEqualTo(4 + 2 * 24);
        assertThat(level(sheet, 4 + 34, 4)).isEqualTo(2);
        assertThat(level(sheet, 4 + 10, 4)).isEqualTo(255);
    }

    @Test
    void largePicturesAreReducedInProportion() {
        RgbImage sheet = ContactSheet.of(plain(1000, 500, 1), plain(500, 1000, 2), 1);
        assertThat(sheet.width()).isEqualTo(264);
        assertThat(sheet.height()).isEqualTo(4 + 2 * 260);
        assertThat(level(sheet, 4 + 255, 4 + 127)).isEqualTo(1);
        assertThat(level(sheet, 4, 4 + 128)).isEqualTo(255);
        assertThat(level(sheet, 4 + 127, 264 + 255)).isEqualTo(2);
        assertThat(level(sheet, 4 + 128, 264)).isEqualTo(255);
    }

    @Test
    void manyPairsShrink() {
        List<RgbImage> many = Collections.nCopies(1_000, plain(256, 256, 7).getFirst());
        RgbImage sheet = ContactSheet.of(many, many, 50);
        assertThat((long) sheet.width() * sheet.height()).isBetween(20_000_000L, 34_000_000L);
    }

    @Test
    void pairsAreNeeded() {
        assertThatIllegalArgumentException().isThrownBy(() -> ContactSheet.of(List.of(), List.of(), 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ContactSheet.of(plain(1, 1, 1, 2), plain(1, 1, 1), 1))
                .withMessage("2 and 1 pictures in 1 columns, expected as many of both, 1 or more");
        assertThatIllegalArgumentException().isThrownBy(() -> ContactSheet.of(plain(1, 1, 1), plain(1, 1, 1), 0));
    }

    /** Pictures of one grey level each. */
    private static List<RgbImage> plain(int width, int height, int... levels) {
        return IntStream.of(levels)
                .mapToObj(level -> {
                    byte[] rgb = new byte[3 * width * height];
                    Arrays.fill(rgb, (byte) level);
                    return new RgbImage(width, height, rgb);
                })
                .toList();
    }

    private static int level(RgbImage image, int x, int y) {
        return image.rgb()[3 * (y * image.width() + x)] & 0xFF;
    }
}
