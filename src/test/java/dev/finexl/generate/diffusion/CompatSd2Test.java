package dev.finexl.generate.diffusion;

/** Stable Diffusion 2: v-prediction, linear projections, a pad token of its own, rescaled guidance. */
class CompatSd2Test extends CompatModelTest {

    CompatSd2Test() {
        super("sd2");
    }
}
