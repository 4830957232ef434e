package dev.finexl.onnx;

import dev.finexl.store.ElementType;
import dev.finexl.store.TensorShape;

/**
 * A constant tensor of a graph: a weight, mostly.
 *
 * @param name unique in the graph
 * @param type its number format
 * @param shape its shape
 * @param storage where its bytes are
 */
public record OnnxInitializer(String name, ElementType type, TensorShape shape, Storage storage) {

    /** The bytes that its elements take. */
    public long byteSize() {
        return type.byteSize(shape.elements());
    }

    /** Where the bytes of an initializer are, as the file has them. */
    public sealed interface Storage {

        /** In the ONNX file itself, little-endian and row-major, from a byte on; mostly at no particular alignment. */
        record Inline(long offset) implements Storage {}

        /** In another file of the model, from a byte on. */
        record External(String file, long offset) implements Storage {}

        /** In the ONNX file, number by number in a protobuf encoding that cannot be used in place. */
        record Encoded() implements Storage {}
    }
}
