package dev.finexl.generate.diffusion;

/** FLUX.1: packed latents, T5 and CLIP, guidance input, dynamic shift; LoRAs also with fused layers. */
class CompatFluxTest extends CompatLorasTest {

    CompatFluxTest() {
        super("flux");
    }
}
