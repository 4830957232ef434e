package dev.finexl.embed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.finexl.Golden;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PngEncoderTest {

    private final ImageDecoder decoder = new ImageDecoder();

    @ParameterizedTest
    @ValueSource(strings = {"pictures/rgb.png", "pictures/gamma.png", "images/gray.png", "images/chelsea.clip224.png"})
    void whatIsWrittenIsReadAgain(String name) throws IOException {
        RgbImage image = decoder.decode(Golden.path(name));
        byte[] file = PngEncoder.encode(image);
        assertThat(decoder.decode(file, name)).isEqualTo(image);
        assertThat(ImageIO.read(new ByteArrayInputStream(file)).getRGB(3, 2) & 0xFFFFFF)
                .isEqualTo(color(image, 3, 2));
        assertThat(PngEncoder.encode(
                        new RgbImage(image.width(), image.height(), image.rgb().clone())))
                .isEqualTo(file);
    }

    @Test
    void aPictureOfSmoothColourBecomesSmall() {
        RgbImage image = decoder.decode(Golden.path("images/chelsea.clip224.png"));
        assertThat(PngEncoder.encode(image).length)
                .isLessThan(Golden.bytes("images/chelsea.clip224.png").length * 11 / 10);
    }

    @Test
    void noiseAndSinglePixelsCanBeWritten() {
        byte[] noise = new byte[3 * 300 * 200];
        new Random(1).nextBytes(noise);
        for (RgbImage image :
                new RgbImage[] {new RgbImage(300, 200, noise), new RgbImage(1, 1, new byte[] {1, 2, 3})}) {
            assertThat(decoder.decode(PngEncoder.encode(image), "noise.png")).isEqualTo(image);
        }
    }

    private static int color(RgbImage image, int x, int y) {
        int at = 3 * (y * image.width() + x);
        return (image.rgb()[at] & 0xFF) << 16 | (image.rgb()[at + 1] & 0xFF) << 8 | image.rgb()[at + 2] & 0xFF;
    }
}
