package dev.finexl;

import dev.finexl.store.DirectoryFiles;
import dev.finexl.store.ModelFiles;
import java.nio.file.Path;

/**
 * The small models among the test resources: random weights, but written by the ecosystem's own exporters, with the numbers
 * that diffusers computes from them in {@code golden.json} and {@code golden_loras.json}.
 */
public final class CompatModels {

    private CompatModels() {}

    /** A tiny Stable Diffusion 1.x with LoRAs in every key form. */
    public static ModelFiles sd1() {
        return new DirectoryFiles("sd1", Path.of("src/test/resources/compat/sd1"));
    }
}
