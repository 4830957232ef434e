package dev.finexl.generate.diffusion;

/** Stable Diffusion 1 as transformers 5 exports it: other node names in the text encoder, one file of the tokenizer. */
class CompatSd1Transformers5Test extends CompatLorasTest {

    CompatSd1Transformers5Test() {
        super("sd1-transformers5");
    }
}
