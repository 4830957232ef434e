package dev.finexl.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.Golden;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResamplerTest {

    private final ImageDecoder decoder = new ImageDecoder();

    @Test
    void equalsPillow() throws Exception {
        List<JsonNode> cases = Golden.cases("pillow_resize.json").toList();
        assertThat(cases).hasSize(66);
        for (JsonNode expected : cases) {
            RgbImage image = decoder.decode(Golden.path(expected.get("image").textValue()));
            RgbImage resized = Resampler.resize(
                    image,
                    ResampleFilter.valueOf(expected.get("filter").textValue()),
                    new Size(
                            expected.get("width").intValue(),
                            expected.get("height").intValue()));
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(resized.rgb());
            assertThat(HexFormat.of().formatHex(hash))
                    .as(expected.toString())
                    .isEqualTo(expected.get("sha256").textValue());
        }
    }

    @Test
    void aPictureOfAnotherSizeIsRefused() {
        Resampler resampler =
                Resampler.of(ResampleFilter.BICUBIC, new Size(2, 2), new Size(1, 1), new Window(0, 0, 1, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> resampler.apply(new RgbImage(1, 2, new byte[6])))
                .withMessage("the picture has 1 × 2 pixels, expected 2 × 2");
    }
}
