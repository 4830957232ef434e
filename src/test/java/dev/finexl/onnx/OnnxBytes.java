package dev.finexl.onnx;

import dev.finexl.store.ElementType;
import dev.finexl.store.Floats;
import dev.finexl.store.MemoryFiles;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/** Writes small ONNX files for tests. */
public final class OnnxBytes {

    private final ProtoBytes graph = new ProtoBytes().text(2, "test");
    private final ProtoBytes after = new ProtoBytes();

    /** Adds a node of ONNX's own operators. */
    public OnnxBytes node(String name, String opType, List<String> inputs, String output, ProtoBytes... attributes) {
        return node("", name, opType, inputs, output, attributes);
    }

    /** Adds a node. */
    public OnnxBytes node(
            String domain, String name, String opType, List<String> inputs, String output, ProtoBytes... attributes) {
        return graph(1, nodeProto(domain, name, opType, inputs, output, attributes));
    }

    /** Adds a weight in one of the float formats. */
    public OnnxBytes weight(String name, ElementType type, long[] shape, float... values) {
        return initializer(tensor(name, number(type), shape).bytes(9, stored(type, values)));
    }

    /** Adds a float weight whose data is elsewhere. */
    public OnnxBytes external(String name, long[] shape, String... keysAndValues) {
        return initializer(external(tensor(name, number(ElementType.F32), shape), keysAndValues));
    }

    /** Adds an initializer, a {@code TensorProto}. */
    public OnnxBytes initializer(ProtoBytes tensor) {
        return graph(5, tensor);
    }

    /** Adds an input with no type. */
    public OnnxBytes input(String name) {
        return graph(11, new ProtoBytes().text(1, name));
    }

    /** Adds a float input or output (field 11 or 12) of a shape. */
    public OnnxBytes value(int field, String name, ElementType type, long... shape) {
        ProtoBytes dims = new ProtoBytes();
        for (long dim : shape) {
            dims.message(1, new ProtoBytes().varint(1, dim));
        }
        ProtoBytes tensorType = new ProtoBytes().varint(1, number(type)).message(2, dims);
        return graph(field, new ProtoBytes().text(1, name).message(2, new ProtoBytes().message(1, tensorType)));
    }

    /** Adds any field to the graph. */
    public OnnxBytes graph(int field, ProtoBytes message) {
        graph.message(field, message);
        return this;
    }

    /** Adds any field to the model, after the graph. */
    public OnnxBytes model(int field, ProtoBytes message) {
        after.message(field, message);
        return this;
    }

    /** The file with opset 18. */
    public byte[] bytes() {
        return bytes(18);
    }

    /** The file with an opset. */
    public byte[] bytes(long opset) {
        return bytes(8, opset);
    }

    /** The file with a version of the format and an opset. */
    byte[] bytes(long irVersion, long opset) {
        return concatenated(
                new ProtoBytes()
                        .varint(1, irVersion)
                        .message(7, graph)
                        .message(8, new ProtoBytes().text(1, "").varint(2, opset))
                        .toArray(),
                after.toArray());
    }

    /** The file, read. */
    public OnnxGraph read() throws IOException {
        return OnnxGraph.read(new MemoryFiles().with("part/model.onnx", bytes()), "part/model.onnx");
    }

    /** A node by itself, for graphs inside nodes. */
    static ProtoBytes nodeProto(
            String domain, String name, String opType, List<String> inputs, String output, ProtoBytes... attributes) {
        ProtoBytes node = new ProtoBytes();
        inputs.forEach(input -> node.text(1, input));
        node.text(2, output).text(3, name).text(4, opType);
        for (ProtoBytes attribute : attributes) {
            node.message(5, attribute);
        }
        return node.text(7, domain);
    }

    /** An integer attribute. */
    public static ProtoBytes attribute(String name, long value) {
        return new ProtoBytes().text(1, name).varint(3, value).varint(20, 2);
    }

    /** An attribute of integers. */
    public static ProtoBytes attribute(String name, long... values) {
        ProtoBytes attribute = new ProtoBytes().text(1, name);
        for (long value : values) {
            attribute.varint(8, value);
        }
        return attribute.varint(20, 7);
    }

    /** A {@code TensorProto} without data. */
    static ProtoBytes tensor(String name, int dataType, long... shape) {
        ProtoBytes tensor = new ProtoBytes();
        for (long dim : shape) {
            tensor.varint(1, dim);
        }
        return tensor.varint(2, dataType).text(8, name);
    }

    /** Makes a {@code TensorProto} external. */
    static ProtoBytes external(ProtoBytes tensor, String... keysAndValues) {
        for (int i = 0; i < keysAndValues.length; i += 2) {
            tensor.message(13, new ProtoBytes().text(1, keysAndValues[i]).text(2, keysAndValues[i + 1]));
        }
        return tensor.varint(14, 1);
    }

    /** Numbers as a file stores them. */
    public static byte[] stored(ElementType type, float... values) {
        byte[] bytes = new byte[(int) type.byteSize(values.length)];
        Floats.store(type, values, MemorySegment.ofArray(bytes), 0);
        return bytes;
    }

    private static int number(ElementType type) {
        return switch (type) {
            case F32 -> 1;
            case F16 -> 10;
            case BF16 -> 16;
            case I64 -> 7;
            default -> throw new IllegalArgumentException(type.name());
        };
    }

    private static byte[] concatenated(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
