package dev.finexl.generate.lora;

import dev.finexl.store.TensorShape;
import java.util.List;

/**
 * One of the two factors of a low-rank update.
 *
 * @param key the tensor's name in the LoRA's file
 * @param shape its shape there
 */
public record LoraFactor(String key, TensorShape shape) {

    /**
     * The dimensions without trailing ones beyond the second: a 1x1 convolution is a linear layer, and files for either
     * fit the other.
     */
    List<Long> withoutUnitKernel() {
        return withoutUnitKernel(shape.dims());
    }

    static List<Long> withoutUnitKernel(List<Long> dims) {
        boolean unit = dims.stream().skip(2).allMatch(d -> d == 1);
        return unit ? dims.subList(0, Math.min(2, dims.size())) : dims;
    }
}
