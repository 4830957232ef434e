package dev.finexl.generate.diffusion;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Stable Diffusion 1: epsilon prediction, projections by 1 × 1 convolutions. */
class CompatSd1Test extends CompatLorasTest {

    CompatSd1Test() {
        super("sd1");
    }

    @Test
    void samplesWhatDiffusersSamplesWithTwoLoras() throws IOException {
        assertSamplesTheStack();
    }
}
