package dev.finexl.hostile;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Spoils what an ONNX file says and keeps it well-formed, so that it gets past the reader of the format to whoever believes
 * it: numbers become others, names those of something else, and parts are taken away, doubled, or put elsewhere.
 */
public final class ProtoMutator {

    /** A field that is a message, and which. Everything else that has a length is a text or bytes. */
    private enum Type {
        MODEL,
        GRAPH,
        NODE,
        ATTRIBUTE,
        TENSOR,
        VALUE,
        TYPE,
        TENSOR_TYPE,
        SHAPE,
        FUNCTION,
        PLAIN;

        private Type of(int field) {
            return FIELDS.getOrDefault(this, Map.of()).get(field);
        }

        private static final Map<Type, Map<Integer, Type>> FIELDS = Map.of(
                MODEL, Map.of(7, GRAPH, 8, PLAIN, 14, PLAIN, 25, FUNCTION),
                GRAPH, Map.of(1, NODE, 5, TENSOR, 11, VALUE, 12, VALUE, 13, VALUE),
                NODE, Map.of(5, ATTRIBUTE),
                ATTRIBUTE, Map.of(5, TENSOR, 6, GRAPH, 10, TENSOR, 11, GRAPH),
                TENSOR, Map.of(13, PLAIN),
                VALUE, Map.of(2, TYPE),
                TYPE, Map.of(1, TENSOR_TYPE),
                TENSOR_TYPE, Map.of(2, SHAPE),
                SHAPE, Map.of(1, PLAIN),
                FUNCTION, Map.of(7, NODE, 9, PLAIN));
    }

    /** A field: a message with fields of its own, or a value as it is on the wire. */
    private static final class Field {
        final int tag;
        final Type type;
        byte[] bytes;
        long number;
        List<Field> fields;

        Field(int tag, Type type) {
            this.tag = tag;
            this.type = type;
        }

        /** The same as it is now, whatever becomes of this one. */
        Field copy() {
            Field copy = new Field(tag, null);
            copy.number = number;
            copy.bytes = fields == null ? bytes : written(fields);
            return copy;
        }

        boolean isText() {
            return type == null
                    && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED
                    && bytes.length < 200;
        }
    }

    private final Mutator mutator;
    private final Random random;
    private final List<Field> model;
    private final List<List<Field>> messages = new ArrayList<>();
    private final List<Field> leaves = new ArrayList<>();
    private final List<byte[]> texts = new ArrayList<>();

    /** @param file a valid ONNX file */
    public ProtoMutator(byte[] file, long seed) {
        this.mutator = new Mutator(seed);
        this.random = mutator.random();
        try {
            this.model = read(file, Type.MODEL);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        collect(model);
    }

    /** The file with one to four changes. */
    public byte[] spoil() {
        for (int i = random.nextInt(1, 5); i > 0; i--) {
            change();
        }
        return written(model);
    }

    private void change() {
        switch (random.nextInt(6)) {
            case 0, 1 -> changeLeaf(leaves.get(random.nextInt(leaves.size())));
            case 2 -> {
                List<Field> message = message();
                message.remove(random.nextInt(message.size()));
            }
            case 3 -> {
                List<Field> message = message();
                message.add(
                        random.nextInt(message.size() + 1),
                        message.get(random.nextInt(message.size())).copy());
            }
            case 4 -> {
                List<Field> message = message();
                message.add(message.remove(random.nextInt(message.size())));
            }
            default -> {
                List<Field> from = message();
                message().add(from.get(random.nextInt(from.size())).copy());
            }
        }
    }

    private List<Field> message() {
        List<Field> message;
        do {
            message = messages.get(random.nextInt(messages.size()));
        } while (message.isEmpty());
        return message;
    }

    private void changeLeaf(Field leaf) {
        if (leaf.isText()) {
            leaf.bytes = switch (random.nextInt(4)) {
                case 0 -> mutator.spoil(leaf.bytes);
                case 1 ->
                    mutator.oneOf(
                                    "Loop",
                                    "If",
                                    "Scan",
                                    "Reshape",
                                    "Gather",
                                    "Conv",
                                    "Resize",
                                    "Expand",
                                    "Tile",
                                    "EPContext",
                                    "ConstantOfShape",
                                    "TreeEnsembleRegressor",
                                    "QLinearConv",
                                    "MaxPool",
                                    "Slice",
                                    "Split",
                                    "Attention")
                            .getBytes(StandardCharsets.UTF_8);
                default -> texts.get(random.nextInt(texts.size()));
            };
        } else if (leaf.bytes == null) {
            leaf.number = random.nextBoolean() ? mutator.number() : random.nextInt(30);
        } else {
            leaf.bytes = mutator.spoil(leaf.bytes);
        }
    }

    private void collect(List<Field> fields) {
        messages.add(fields);
        for (Field field : fields) {
            if (field.fields != null) {
                collect(field.fields);
            } else {
                leaves.add(field);
                if (field.isText()) {
                    texts.add(field.bytes);
                }
            }
        }
    }

    private static List<Field> read(byte[] bytes, Type type) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(bytes);
        List<Field> fields = new ArrayList<>();
        while (!in.isAtEnd()) {
            int tag = in.readTag();
            Type inner = type.of(WireFormat.getTagFieldNumber(tag));
            Field field = new Field(tag, inner);
            switch (WireFormat.getTagWireType(tag)) {
                case WireFormat.WIRETYPE_VARINT -> field.number = in.readRawVarint64();
                case WireFormat.WIRETYPE_FIXED64 -> field.number = in.readRawLittleEndian64();
                case WireFormat.WIRETYPE_FIXED32 -> field.number = in.readRawLittleEndian32();
                default -> {
                    field.bytes = in.readByteArray();
                    if (inner != null) {
                        field.fields = read(field.bytes, inner);
                    }
                }
            }
            fields.add(field);
        }
        return fields;
    }

    private static byte[] written(List<Field> fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            for (Field field : fields) {
                out.writeUInt32NoTag(field.tag);
                switch (WireFormat.getTagWireType(field.tag)) {
                    case WireFormat.WIRETYPE_VARINT -> out.writeUInt64NoTag(field.number);
                    case WireFormat.WIRETYPE_FIXED64 -> out.writeFixed64NoTag(field.number);
                    case WireFormat.WIRETYPE_FIXED32 -> out.writeFixed32NoTag((int) field.number);
                    default -> out.writeByteArrayNoTag(field.fields == null ? field.bytes : written(field.fields));
                }
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
