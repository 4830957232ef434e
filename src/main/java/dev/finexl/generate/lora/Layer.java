package dev.finexl.generate.lora;

import dev.finexl.onnx.OnnxInitializer;
import java.util.List;

/**
 * A linear or convolution layer as an ONNX graph has it.
 *
 * @param path the module's path in the network, e.g. {@code down_blocks.0.attentions.0.proj_in}
 * @param weight its weight
 * @param outputFirst whether the weight is stored as PyTorch has it, [out, in] or [out, in, kernel...]; else it is [in, out],
 *     as exporters store what a MatMul multiplies by
 */
record Layer(String path, OnnxInitializer weight, boolean outputFirst) {

    /** The weight's dimensions as PyTorch has them: [out, in] or [out, in, kernel...]. */
    List<Long> dims() {
        List<Long> stored = weight.shape().dims();
        return outputFirst ? stored : stored.reversed();
    }
}
