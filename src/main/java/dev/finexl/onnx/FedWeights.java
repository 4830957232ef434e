package dev.finexl.onnx;

import ai.onnxruntime.OnnxTensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The weights that every run of a session is fed, as tensors over the buffers where they are: nothing is copied, neither
 * here nor, on the CPU, by ONNX Runtime. Immutable; two sets that differ in a few weights share the tensors of all others.
 */
final class FedWeights implements AutoCloseable {

    private final Map<String, Tensor> tensors;
    private final List<Tensor> own;

    private FedWeights(Map<String, Tensor> tensors, List<Tensor> own) {
        this.tensors = Collections.unmodifiableMap(tensors);
        this.own = List.copyOf(own);
    }

    /** A tensor over each of the buffers. */
    static FedWeights of(OnnxRuntime runtime, WeightBuffers buffers) {
        return new FedWeights(Map.of(), List.of()).with(runtime, buffers);
    }

    /**
     * The same with some weights replaced. It uses the tensors of all others, so it must be closed before this set is.
     */
    FedWeights with(OnnxRuntime runtime, WeightBuffers replacements) {
        Map<String, Tensor> all = new LinkedHashMap<>(tensors);
        List<Tensor> made = new ArrayList<>();
        try {
            for (String name : replacements.names()) {
                Tensor tensor = Tensor.over(
                        runtime,
                        TensorType.FLOAT32,
                        replacements.buffer(name),
                        replacements.graph().initializers().get(name).shape().toArray());
                made.add(tensor);
                all.put(name, tensor);
            }
            return new FedWeights(all, made);
        } catch (RuntimeException e) {
            made.forEach(Tensor::close);
            throw e;
        }
    }

    /** The names of the weights, which are inputs of the session. */
    Set<String> names() {
        return tensors.keySet();
    }

    /** The bytes of the weights that this set does not have from another. */
    long ownBytes() {
        return own.stream().mapToLong(Tensor::byteSize).sum();
    }

    /** Adds the weights to the inputs of a run. */
    void addTo(Map<String, OnnxTensor> inputs) {
        for (Map.Entry<String, Tensor> weight : tensors.entrySet()) {
            inputs.put(weight.getKey(), weight.getValue().onnx());
        }
    }

    /** Closes the tensors that this set does not have from another. */
    @Override
    public void close() {
        own.forEach(Tensor::close);
    }
}
