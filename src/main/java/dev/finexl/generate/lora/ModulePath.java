package dev.finexl.generate.lora;

/** How a LoRA key names a module (a layer) of a network. */
public sealed interface ModulePath {

    /** The path as the key has it, without what says the part. */
    String text();

    /** As PyTorch names modules, e.g. {@code down_blocks.0.attentions.0.proj_in}. */
    record Dotted(String text) implements ModulePath {

        /** The same path as kohya's keys have it. */
        Flattened flattened() {
            return new Flattened(text.replace('.', '_'));
        }
    }

    /**
     * As kohya's keys have it, with underscores for dots: {@code down_blocks_0_attentions_0_proj_in}. It cannot be turned
     * back into dots, since names have underscores of their own, so the network's paths are flattened to be compared.
     */
    record Flattened(String text) implements ModulePath {}
}
