package dev.finexl.onnx;

import dev.finexl.store.ElementType;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Finds the weights that a session can be fed at every run instead of holding them: the matrices of linear layers, which are
 * also what nearly all LoRAs change.
 *
 * <p>A weight that is fed is no constant to ONNX Runtime, so whatever it makes of constants is lost. For a float32 matrix
 * that is only ever multiplied by, this is MatMul's prepacking and nothing else: the optimised graph has the same nodes.
 * Measured with ONNX Runtime 1.29 (medians of interleaved runs on a shared machine): 1.7 % of an evaluation of the bundled
 * UNet with 16 pictures on two threads, 7 % of one with 2, and 15 % of a chain of large products alone (2 × 1024 rows, 1280 ×
 * 2560, one thread). What it saves is every further copy of the weights: a synthetic model of 655 MB with four personalised
 * ones took 978 MB resident instead of 5242 MB. The weights that would lose more stay: a convolution's are reordered once for all
 * runs (without that an evaluation takes 40 % longer), float16 ones are widened once, and what a Transpose or an Identity reads is
 * folded.
 */
final class LinearWeights {

    private LinearWeights() {}

    /** The names of these weights, in the order of the nodes. */
    static Set<String> of(OnnxGraph graph) {
        Map<String, Boolean> onlyMultiplied = new LinkedHashMap<>();
        for (OnnxNode node : graph.nodes()) {
            for (int i = 0; i < node.inputs().size(); i++) {
                OnnxInitializer initializer =
                        graph.initializers().get(node.inputs().get(i));
                if (initializer != null && isLargeMatrix(initializer)) {
                    onlyMultiplied.merge(initializer.name(), i == 1 && isProduct(node), Boolean::logicalAnd);
                }
            }
        }
        onlyMultiplied.keySet().removeAll(graph.outputs());
        Set<String> names = new LinkedHashSet<>();
        onlyMultiplied.forEach((name, only) -> {
            if (only) {
                names.add(name);
            }
        });
        return names;
    }

    private static boolean isLargeMatrix(OnnxInitializer initializer) {
        return initializer.type() == ElementType.F32
                && initializer.shape().rank() == 2
                && initializer.byteSize() >= WeightBuffers.LARGE_FROM
                && WeightBuffers.usable(initializer);
    }

    private static boolean isProduct(OnnxNode node) {
        return node.domain().isEmpty()
                && (node.opType().equals("MatMul") || node.opType().equals("Gemm"));
    }
}
