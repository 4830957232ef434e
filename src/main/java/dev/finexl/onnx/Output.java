package dev.finexl.onnx;

import ai.onnxruntime.OnnxTensor;
import java.nio.FloatBuffer;

/**
 * What a model gave in one of its outputs, as real numbers. Exists because most outputs are only read: for that a {@link Tensor},
 * which ONNX Runtime could read too, is one copy too many.
 *
 * @param shape sizes of the dimensions
 * @param values as many as the shape says, row-major
 */
public record Output(long[] shape, float[] values) {

    /** A copy of what ONNX Runtime has allocated. */
    static Output of(String name, OnnxTensor tensor) {
        TensorType type = Tensor.type(name, tensor);
        if (!type.isReal()) {
            throw new OnnxException("output '%s' has the element type %s, expected float32 or float16"
                    .formatted(name, tensor.getInfo().type));
        }
        // On an OnnxTensor that ONNX Runtime owns this is a copy of its own: an array, or, of float16, a direct buffer.
        FloatBuffer copy = tensor.getFloatBuffer();
        if (copy.hasArray()) {
            return new Output(tensor.getInfo().getShape(), copy.array());
        }
        float[] values = new float[copy.remaining()];
        copy.get(values);
        return new Output(tensor.getInfo().getShape(), values);
    }
}
