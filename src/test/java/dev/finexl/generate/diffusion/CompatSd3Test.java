package dev.finexl.generate.diffusion;

/** Stable Diffusion 3: three text encoders, flow matching, also pictures that are not square. */
class CompatSd3Test extends CompatModelTest {

    CompatSd3Test() {
        super("sd3");
    }
}
