package dev.finexl.generate.diffusion;

/** A Latent Consistency Model: integer timesteps, told the guidance scale. */
class CompatLcmTest extends CompatModelTest {

    CompatLcmTest() {
        super("lcm");
    }
}
