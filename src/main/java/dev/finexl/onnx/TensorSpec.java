package dev.finexl.onnx;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * What a model declares of one input or output.
 *
 * @param type null if the element type is none of {@link TensorType}
 * @param shape the sizes of its dimensions, -1 where the model leaves one open
 */
public record TensorSpec(String name, TensorType type, long[] shape) {

    /** The number of dimensions; 0 is a scalar. */
    public int rank() {
        return shape.length;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof TensorSpec s && name.equals(s.name) && type == s.type && Arrays.equals(shape, s.shape);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        String dims = Arrays.stream(shape)
                .mapToObj(d -> d < 0 ? "?" : Long.toString(d))
                .collect(Collectors.joining(","));
        return "%s: %s[%s]".formatted(name, type, dims);
    }
}
