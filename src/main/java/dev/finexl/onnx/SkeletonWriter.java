package dev.finexl.onnx;

import dev.finexl.onnx.GraphLayout.Range;
import dev.finexl.store.ElementType;
import dev.finexl.store.ModelFileException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Writes an ONNX file again with the data of some initializers taken out, and simplified.
 *
 * <p>A file is copied in stretches between the initializers and nodes that change; only those are written anew, field by field, and
 * the length of the graph, which is the one number outside them that changes.
 */
final class SkeletonWriter {

    /** A graph without weights has a few megabytes at most; this keeps a mistake from filling the heap. */
    private static final long LARGEST = 256L << 20;

    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED_32 = 5;

    private static final int OPSET = 8;

    /** Types of attributes. */
    private static final int A_FLOAT = 1;

    private static final int AN_INTEGER = 2;
    private static final int INTEGERS = 7;

    private static final int NODE = 1;
    private static final int INITIALIZER = 5;
    private static final int INPUT = 11;

    private final OnnxGraph graph;
    private final MemorySegment file;
    private final GraphLayout layout;

    SkeletonWriter(OnnxGraph graph, MemorySegment file, GraphLayout layout) {
        this.graph = graph;
        this.file = file;
        this.layout = layout;
    }

    /** A field of the graph that is written anew, once or several times, or left out. */
    private record Change(Range range, int field, List<Output> content) {

        Change(Range range, int field, Output content) {
            this(range, field, List.of(content));
        }
    }

    /**
     * @param rows of those of {@code external} that have more than the file says: their first dimension
     * @param simplification what becomes of the nodes
     */
    byte[] write(Set<String> external, Set<String> fed, Map<String, Long> rows, Simplification simplification)
            throws IOException {
        requireMovable(external);
        requireMovable(fed);
        List<Change> changes = new ArrayList<>();
        addInitializers(changes, external, fed, rows);
        addNodes(changes, simplification);
        changes.sort(Comparator.comparingLong(change -> change.range().field()));
        Range range = layout.graph();
        Output content = new Output();
        long copied = range.start();
        for (Change change : changes) {
            content.copy(copied, change.range().field());
            change.content().forEach(message -> content.message(change.field(), message));
            copied = change.range().end();
        }
        content.copy(copied, range.end());
        simplification.constants().forEach((name, constant) -> content.message(INITIALIZER, constant(name, constant)));

        Output whole = new Output();
        whole.copy(0, range.field());
        whole.message(7, content);
        whole.copy(range.end(), file.byteSize());
        boolean contrib = simplification.replaced().values().stream()
                .flatMap(List::stream)
                .anyMatch(made -> made.domain().equals(NewNode.CONTRIB));
        if (contrib && !graph.opsets().containsKey(NewNode.CONTRIB)) {
            whole.message(OPSET, opset(NewNode.CONTRIB));
        }
        return whole.bytes.toByteArray();
    }

    private void addInitializers(List<Change> changes, Set<String> external, Set<String> fed, Map<String, Long> rows)
            throws IOException {
        for (Map.Entry<String, Range> entry : layout.initializers().entrySet()) {
            OnnxInitializer initializer = graph.initializers().get(entry.getKey());
            Range tensor = entry.getValue();
            if (fed.contains(initializer.name())) {
                boolean listed = layout.listedAsInputs().contains(initializer.name());
                changes.add(new Change(tensor, INPUT, listed ? List.of() : List.of(input(initializer))));
            } else if (rows.containsKey(initializer.name())) {
                Output grown = grown(tensor, initializer, rows.get(initializer.name()));
                changes.add(new Change(tensor, INITIALIZER, grown));
            } else if (external.contains(initializer.name())
                    && initializer.storage() instanceof OnnxInitializer.Storage.Inline(long offset)) {
                Output moved = external(tensor, offset, initializer.byteSize(), false);
                changes.add(new Change(tensor, INITIALIZER, moved));
            }
        }
    }

    private void addNodes(List<Change> changes, Simplification simplification) throws IOException {
        for (int node : simplification.dropped()) {
            changes.add(new Change(simplification.nodes().get(node), NODE, List.of()));
        }
        for (Map.Entry<Integer, List<String>> node : simplification.inputs().entrySet()) {
            Range range = simplification.nodes().get(node.getKey());
            changes.add(new Change(range, NODE, node(range, node.getValue())));
        }
        simplification
                .replaced()
                .forEach((place, made) -> changes.add(new Change(
                        simplification.nodes().get(place),
                        NODE,
                        made.stream().map(this::node).toList())));
    }

    /** A {@code NodeProto}. */
    private Output node(NewNode made) {
        Output fields = new Output();
        made.inputs().forEach(input -> fields.text(1, input));
        fields.text(2, made.output());
        fields.text(3, made.output());
        fields.text(4, made.opType());
        made.lists()
                .forEach((name, values) -> fields.message(
                        5,
                        attribute(name, INTEGERS, attribute -> values.forEach(value -> attribute.number(8, value)))));
        made.integers()
                .forEach((name, value) ->
                        fields.message(5, attribute(name, AN_INTEGER, attribute -> attribute.number(3, value))));
        made.floats()
                .forEach((name, value) ->
                        fields.message(5, attribute(name, A_FLOAT, attribute -> attribute.float32(2, value))));
        fields.text(7, made.domain());
        return fields;
    }

    /** An {@code AttributeProto}. */
    private Output attribute(String name, int type, Consumer<Output> value) {
        Output fields = new Output();
        fields.text(1, name);
        value.accept(fields);
        fields.number(20, type);
        return fields;
    }

    private void requireMovable(Set<String> names) {
        for (String name : names) {
            OnnxInitializer initializer = graph.initializers().get(name);
            if (initializer == null || initializer.storage() instanceof OnnxInitializer.Storage.Encoded) {
                throw new IllegalArgumentException(
                        "'%s' is not an initializer of %s whose data can be taken out".formatted(name, graph.name()));
            }
        }
    }

    /** Where its data is does not matter: it is given to the session. */
    private Output grown(Range tensor, OnnxInitializer initializer, long rows) throws IOException {
        long[] dims = initializer.shape().toArray();
        long bytes = initializer.byteSize() / dims[0] * rows;
        dims[0] = rows;
        Output fields = external(tensor, 0, bytes, true);
        for (long dim : dims) {
            fields.number(1, dim);
        }
        return fields;
    }

    /** A tensor's fields in their order, without its data and with where the data is instead. */
    private Output external(Range tensor, long offset, long length, boolean otherShape) throws IOException {
        Output fields = new Output();
        ProtoCursor cursor = new ProtoCursor(file, tensor.start(), tensor.end());
        while (cursor.next()) {
            long field = cursor.fieldStart();
            cursor.skip();
            switch (cursor.field()) {
                case 4, 9, 13, 14 -> {
                    // float_data, raw_data, external_data and data_location are what changes.
                }
                default -> {
                    if (cursor.field() != 1 || !otherShape) {
                        fields.copy(field, cursor.position());
                    }
                }
            }
        }
        String name = graph.name();
        fields.entry("location", name.substring(name.lastIndexOf('/') + 1));
        fields.entry("offset", Long.toString(offset));
        fields.entry("length", Long.toString(length));
        fields.number(14, 1);
        return fields;
    }

    /** A node's fields in their order, with other inputs. */
    private Output node(Range node, List<String> inputs) throws IOException {
        Output fields = new Output();
        inputs.forEach(input -> fields.text(1, input));
        ProtoCursor cursor = new ProtoCursor(file, node.start(), node.end());
        while (cursor.next()) {
            long field = cursor.fieldStart();
            cursor.skip();
            if (cursor.field() != 1) {
                fields.copy(field, cursor.position());
            }
        }
        return fields;
    }

    /** An {@code OperatorSetIdProto}; all that ONNX Runtime has itself is of version 1. */
    private Output opset(String domain) {
        Output fields = new Output();
        fields.text(1, domain);
        fields.number(2, 1);
        return fields;
    }

    /** A {@code TensorProto} of whole numbers. */
    private Output constant(String name, Simplification.Constant constant) {
        Output fields = new Output();
        if (!constant.single()) {
            fields.number(1, constant.values().size());
        }
        fields.number(2, OnnxTypes.number(ElementType.I64));
        constant.values().forEach(value -> fields.number(7, value));
        fields.text(8, name);
        return fields;
    }

    /** A {@code ValueInfoProto} with the initializer's name, number format and shape. */
    private Output input(OnnxInitializer initializer) {
        Output shape = new Output();
        for (long dim : initializer.shape().toArray()) {
            Output dimension = new Output();
            dimension.number(1, dim);
            shape.message(1, dimension);
        }
        Output tensorType = new Output();
        tensorType.number(1, OnnxTypes.number(initializer.type()));
        tensorType.message(2, shape);
        Output type = new Output();
        type.message(1, tensorType);
        Output value = new Output();
        value.text(1, initializer.name());
        value.message(2, type);
        return value;
    }

    /** Bytes as they are collected: stretches of the file, and new fields. */
    private final class Output {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        void copy(long from, long to) {
            if (to - from > LARGEST - bytes.size()) {
                throw new ModelFileException(
                        graph.files(),
                        graph.name(),
                        "has more than %d MiB besides the weights that are shared".formatted(LARGEST >> 20));
            }
            bytes.writeBytes(file.asSlice(from, to - from).toArray(ValueLayout.JAVA_BYTE));
        }

        void message(int field, Output content) {
            varint((long) field << 3 | LENGTH_DELIMITED);
            varint(content.bytes.size());
            bytes.writeBytes(content.bytes.toByteArray());
        }

        void number(int field, long value) {
            varint((long) field << 3);
            varint(value);
        }

        void float32(int field, float value) {
            varint((long) field << 3 | FIXED_32);
            int bits = Float.floatToIntBits(value);
            for (int i = 0; i < Integer.BYTES; i++) {
                bytes.write(bits >> Byte.SIZE * i);
            }
        }

        void entry(String key, String value) {
            Output entry = new Output();
            entry.text(1, key);
            entry.text(2, value);
            message(13, entry);
        }

        private void text(int field, String value) {
            byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
            varint((long) field << 3 | LENGTH_DELIMITED);
            varint(utf8.length);
            bytes.writeBytes(utf8);
        }

        /** Seven bits to a byte, lowest first. {@code CodedOutputStream} would do it through {@code sun.misc.Unsafe}. */
        private void varint(long value) {
            long rest = value;
            while ((rest & ~0x7fL) != 0) {
                bytes.write((int) (rest & 0x7f | 0x80));
                rest >>>= 7;
            }
            bytes.write((int) rest);
        }
    }
}
