package dev.finexl.generate.lora;

import java.util.OptionalDouble;

/**
 * The low-rank update of one layer: its weight gains weight x scale x up . down.
 *
 * @param part the network that the layer is in
 * @param path the layer
 * @param down [rank, in] or, for a convolution, [rank, in, kernel...]
 * @param up [out, rank] or, for a convolution, [out, rank, 1...]
 * @param alpha as the file states it for this layer, in a tensor or in its header; empty where it does not
 * @param scale alpha / rank; alpha / sqrt(rank) where the header says that the LoRA is rank-stabilised; 1 without alpha
 */
public record LoraModule(
        LoraPart part, ModulePath path, LoraFactor down, LoraFactor up, OptionalDouble alpha, double scale) {

    /** The number of rows of {@code down}. */
    public int rank() {
        return Math.toIntExact(down.shape().dim(0));
    }
}
