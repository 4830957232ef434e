package dev.finexl.onnx;

import dev.finexl.onnx.GraphLayout.Range;
import dev.finexl.store.ElementType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a graph says of its values, and where its nodes are. Read again from the file, which has been checked before
 * ({@link OnnxGraphReader}), only when the graph is to be simplified.
 *
 * @param nodes where they are, in the file's order
 * @param inputs the shapes that it declares for its inputs
 * @param constants what is known of initializers and of the results of {@code Constant} nodes: the shape, and the elements where they are
 *     a few whole numbers, or one float32
 * @param floats the elements of those that are a few float32 numbers
 * @param fills what nodes of {@code ConstantOfShape} fill their results with, by result
 * @param padded results of convolutions that pad so that the result has the size of the image
 * @param types the number formats that inputs, initializers and other tensors of the file have, as {@code TensorProto.DataType}
 * @param closed whether all that a node uses is among its inputs: no node has a graph inside
 */
record GraphFacts(
        List<Range> nodes,
        Map<String, List<Dim>> inputs,
        Map<String, Known> constants,
        Map<String, float[]> floats,
        Map<String, Known> fills,
        Set<String> padded,
        Set<Long> types,
        boolean closed) {

    /** Reads the facts of one file. */
    static final class Reader {

        private static final ValueLayout.OfLong LONG =
                ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        private static final ValueLayout.OfFloat FLOAT =
                ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

        private final MemorySegment file;
        private final Dim.Numbers numbers;
        private final List<Range> nodes = new ArrayList<>();
        private final Map<String, List<Dim>> inputs = new HashMap<>();
        private final Map<String, Known> constants = new HashMap<>();
        private final Map<String, float[]> floats = new HashMap<>();
        private final Map<String, Known> fills = new HashMap<>();
        private final Set<String> padded = new HashSet<>();
        private final Set<Long> types = new HashSet<>();
        private boolean closed = true;

        Reader(MemorySegment file, Dim.Numbers numbers) {
            this.file = file;
            this.numbers = numbers;
        }

        GraphFacts read(Range graph) throws IOException {
            ProtoCursor cursor = new ProtoCursor(file, graph.start(), graph.end());
            while (cursor.next()) {
                switch (cursor.field()) {
                    case 1 -> node(cursor);
                    case 5 -> {
                        int entered = cursor.enter();
                        Constant constant = new Constant(cursor);
                        cursor.leave(entered);
                        keep(constant.name, constant);
                    }
                    case 11 -> input(cursor);
                    default -> cursor.skip();
                }
            }
            return new GraphFacts(nodes, inputs, constants, floats, fills, padded, types, closed);
        }

        private void keep(String name, Constant constant) {
            constants.put(name, constant.known());
            if (constant.floats.length > 0) {
                floats.put(name, constant.floats);
            }
        }

        private void node(ProtoCursor cursor) throws IOException {
            long field = cursor.fieldStart();
            String operator = "";
            List<String> outputs = new ArrayList<>();
            List<Attribute> attributes = new ArrayList<>();
            int entered = cursor.enter();
            long start = cursor.position();
            while (cursor.next()) {
                switch (cursor.field()) {
                    case 2 -> outputs.add(cursor.string());
                    case 4 -> operator = cursor.string();
                    case 5 -> attributes.add(attribute(cursor));
                    default -> cursor.skip();
                }
            }
            nodes.add(new Range(field, start, cursor.position()));
            cursor.leave(entered);
            if (outputs.isEmpty()) {
                return;
            }
            for (Attribute attribute : attributes) {
                if (attribute.text().startsWith("SAME_")) {
                    padded.add(outputs.getFirst());
                } else if (attribute.tensor() != null && operator.equals("Constant")) {
                    keep(outputs.getFirst(), attribute.tensor());
                } else if (attribute.tensor() != null && operator.equals("ConstantOfShape")) {
                    fills.put(outputs.getFirst(), attribute.tensor().known());
                }
            }
        }

        /**
         * What an attribute holds, of the kinds that matter here.
         *
         * @param tensor null if it holds none
         * @param text empty if it holds none
         */
        private record Attribute(Constant tensor, String text) {}

        private Attribute attribute(ProtoCursor cursor) throws IOException {
            Constant tensor = null;
            String text = "";
            int entered = cursor.enter();
            while (cursor.next()) {
                switch (cursor.field()) {
                    case 4 -> text = text(cursor);
                    case 5 -> {
                        int inside = cursor.enter();
                        tensor = new Constant(cursor);
                        cursor.leave(inside);
                    }
                    case 6, 11 -> {
                        closed = false;
                        cursor.skip();
                    }
                    default -> cursor.skip();
                }
            }
            cursor.leave(entered);
            return new Attribute(tensor, text);
        }

        /** Bytes that may be any: only those of ASCII are a word. */
        private String text(ProtoCursor cursor) throws IOException {
            int length = cursor.bytes();
            return length > Known.FEW
                    ? ""
                    : new String(
                            file.asSlice(cursor.position() - length, length).toArray(ValueLayout.JAVA_BYTE),
                            StandardCharsets.US_ASCII);
        }

        private void input(ProtoCursor cursor) throws IOException {
            String name = "";
            List<Dim> shape = null;
            int entered = cursor.enter();
            while (cursor.next()) {
                switch (cursor.field()) {
                    case 1 -> name = cursor.string();
                    case 2 -> shape = type(cursor);
                    default -> cursor.skip();
                }
            }
            cursor.leave(entered);
            if (shape != null) {
                inputs.put(name, shape);
            }
        }

        /** The shape in a {@code TypeProto}; null if it is not of a tensor, or has none. */
        private List<Dim> type(ProtoCursor cursor) throws IOException {
            List<Dim> shape = null;
            int type = cursor.enter();
            while (cursor.next()) {
                if (cursor.field() != 1) {
                    cursor.skip();
                    continue;
                }
                int tensor = cursor.enter();
                while (cursor.next()) {
                    switch (cursor.field()) {
                        case 1 -> types.add(cursor.varint());
                        case 2 -> shape = shape(cursor);
                        default -> cursor.skip();
                    }
                }
                cursor.leave(tensor);
            }
            cursor.leave(type);
            return shape;
        }

        private List<Dim> shape(ProtoCursor cursor) throws IOException {
            List<Dim> shape = new ArrayList<>();
            int entered = cursor.enter();
            while (cursor.next()) {
                if (cursor.field() != 1) {
                    cursor.skip();
                    continue;
                }
                // Of a dimension that says nothing, nothing is known but that it is one.
                Dim dim = numbers.named(cursor.fieldStart());
                int dimension = cursor.enter();
                while (cursor.next()) {
                    switch (cursor.field()) {
                        case 1 -> dim = Dim.of(cursor.varint());
                        case 2 -> dim = numbers.named(cursor.string());
                        default -> cursor.skip();
                    }
                }
                cursor.leave(dimension);
                shape.add(dim);
            }
            cursor.leave(entered);
            return shape;
        }

        /** A {@code TensorProto}, with its elements if they are few and of a kind that matters here. */
        private final class Constant {

            private String name = "";
            private Optional<ElementType> type = Optional.empty();
            private final List<Dim> dims = new ArrayList<>();
            private long[] integers = {};
            private float[] floats = {};

            Constant(ProtoCursor cursor) throws IOException {
                List<Long> encoded = new ArrayList<>();
                long raw = -1;
                int rawLength = 0;
                while (cursor.next()) {
                    switch (cursor.field()) {
                        case 1 -> cursor.varints(dim -> dims.add(Dim.of(dim)));
                        case 2 -> {
                            long number = cursor.varint();
                            types.add(number);
                            type = OnnxTypes.ofNumber(number);
                        }
                        case 7 -> cursor.varints(encoded::add);
                        case 8 -> name = cursor.string();
                        case 4, 9 -> {
                            if (cursor.lengthDelimited()) {
                                rawLength = cursor.bytes();
                                raw = cursor.position() - rawLength;
                            } else {
                                cursor.skip();
                            }
                        }
                        default -> cursor.skip();
                    }
                }
                boolean int64 = type.equals(Optional.of(ElementType.I64));
                boolean float32 = type.equals(Optional.of(ElementType.F32));
                if (int64 && !encoded.isEmpty()) {
                    integers = encoded.stream().mapToLong(Long::longValue).toArray();
                } else if (int64 && raw >= 0 && rawLength <= Known.FEW * Long.BYTES) {
                    integers = file.asSlice(raw, rawLength).toArray(LONG);
                } else if (float32 && raw >= 0 && rawLength <= Known.FEW * Float.BYTES) {
                    floats = file.asSlice(raw, rawLength).toArray(FLOAT);
                }
            }

            Known known() {
                Known known = Known.ofShape(dims);
                if (floats.length == 1) {
                    return known.filledWith(floats[0]);
                }
                if (dims.size() > 1 || integers.length == 0 || integers.length > Known.FEW) {
                    return known;
                }
                List<Dim> values = new ArrayList<>();
                for (long integer : integers) {
                    values.add(Dim.of(integer));
                }
                return dims.isEmpty() ? Known.ofInteger(values.getFirst()) : Known.ofIntegers(values);
            }
        }
    }
}
