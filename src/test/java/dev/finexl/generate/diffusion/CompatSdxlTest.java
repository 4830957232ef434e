package dev.finexl.generate.diffusion;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Stable Diffusion XL: two text encoders, pooled embedding, sizes; LoRAs also with the block names of its own code (SGM). */
class CompatSdxlTest extends CompatLorasTest {

    CompatSdxlTest() {
        super("sdxl");
    }

    @Test
    void samplesWhatDiffusersSamplesWithTwoLoras() throws IOException {
        assertSamplesTheStack();
    }
}
