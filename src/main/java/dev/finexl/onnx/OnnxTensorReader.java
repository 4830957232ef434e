package dev.finexl.onnx;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.finexl.onnx.OnnxInitializer.Storage;
import dev.finexl.store.ElementType;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.TensorShape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads the {@code TensorProto}s of an ONNX file and checks that each has exactly the bytes that its shape and type need,
 * wherever they are.
 *
 * <p>ONNX Runtime maps external data by the file's word. A location, offset or length that is wrong would let a model read
 * files that are none of its business, or end the process, so they are checked here against the real files.
 */
final class OnnxTensorReader {

    private static final long EXTERNAL = 1;

    /**
     * What may be said of external data. ONNX Runtime knows one more key, for weights in the form that its kernels have packed
     * them in: nothing here could check those.
     */
    private static final Set<String> KEYS = Set.of("location", "offset", "length", "checksum");

    /** In ONNX Runtime a location that begins so is none of a file: the offset is an address in the process's memory. */
    private static final String MEMORY = "*/";

    private final ModelFiles files;
    private final String file;
    private final String folder;
    private final Map<String, Long> sizes = new HashMap<>();

    /** @param file the ONNX file whose tensors are read, a name in {@code files} */
    OnnxTensorReader(ModelFiles files, String file) {
        this.files = files;
        this.file = file;
        this.folder = file.substring(0, file.lastIndexOf('/') + 1);
    }

    /** Reads the message that the cursor has entered, a tensor, to its end. It may have no name. */
    OnnxInitializer read(ProtoCursor cursor) throws IOException {
        Fields fields = new Fields();
        while (cursor.next()) {
            fields.take(cursor);
        }
        return checked(fields);
    }

    private OnnxInitializer checked(Fields fields) {
        String tensor = "initializer '%s'".formatted(fields.name);
        ElementType type = OnnxTypes.ofNumber(fields.dataType)
                .orElseThrow(() ->
                        bad("%s has the data type %d, which is not supported".formatted(tensor, fields.dataType)));
        TensorShape shape;
        long elements;
        long size;
        try {
            shape = new TensorShape(fields.dims);
            elements = shape.elements();
            size = type.byteSize(elements);
        } catch (ArithmeticException | IllegalArgumentException e) {
            throw new ModelFileException(
                    files, file, "is not valid: %s has the impossible shape %s".formatted(tensor, fields.dims), e);
        }
        Storage storage;
        if (fields.location == EXTERNAL) {
            if (fields.rawOffset >= 0 || fields.encoded > 0) {
                throw bad("%s has both inline and external data".formatted(tensor));
            }
            storage = external(tensor, fields.external, size);
        } else if (fields.rawOffset >= 0) {
            if (fields.rawLength != size || fields.encoded > 0) {
                throw bad("%s has %d bytes; expected %d for %s %s"
                        .formatted(tensor, fields.rawLength, size, type, shape));
            }
            storage = new Storage.Inline(fields.rawOffset);
        } else {
            // Formats below a byte are packed before they are encoded, so there is one number to a byte.
            long numbers = type.bits() < Byte.SIZE ? size : elements;
            if (fields.encoded != numbers) {
                throw bad("%s has %d numbers; expected %d for %s %s"
                        .formatted(tensor, fields.encoded, numbers, type, shape));
            }
            storage = type == ElementType.F32 && fields.floatsOffset >= 0
                    ? new Storage.Inline(fields.floatsOffset)
                    : new Storage.Encoded();
        }
        return new OnnxInitializer(fields.name, type, shape, storage);
    }

    private Storage external(String tensor, Map<String, String> entries, long size) {
        for (String key : entries.keySet()) {
            if (!KEYS.contains(key)) {
                throw bad("%s has the external data key '%s'; expected only %s"
                        .formatted(tensor, key, new TreeSet<>(KEYS)));
            }
        }
        String location = entries.getOrDefault("location", "");
        if (location.startsWith(MEMORY)) {
            throw bad("%s has its data at '%s'; expected a path inside the model".formatted(tensor, location));
        }
        String target = folder + location;
        boolean exists;
        try {
            exists = files.has(target);
        } catch (ModelFileException e) {
            throw new ModelFileException(
                    files,
                    file,
                    "is refused: %s has its data at '%s'; expected a path inside the model".formatted(tensor, location),
                    e);
        }
        if (!exists) {
            throw bad("%s has its data in the file '%s', which does not exist".formatted(tensor, location));
        }
        long offset = number(tensor, entries, "offset", 0);
        long length = number(tensor, entries, "length", size);
        long available = sizes.computeIfAbsent(target, files::size);
        if (length != size || offset > available || length > available - offset) {
            throw bad("%s has its data at bytes [%d, +%d] of '%s', which has %d; expected %d bytes inside it"
                    .formatted(tensor, offset, length, location, available, size));
        }
        return new Storage.External(target, offset);
    }

    private long number(String tensor, Map<String, String> entries, String key, long otherwise) {
        String text = entries.get(key);
        if (text == null) {
            return otherwise;
        }
        try {
            long number = Long.parseLong(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Falls through to the one error for everything that is not a number from 0 on.
        }
        throw bad("%s has the external data %s '%s'; expected a whole number from 0 on".formatted(tensor, key, text));
    }

    private ModelFileException bad(String what) {
        return new ModelFileException(files, file, "is not valid: " + what);
    }

    /** The fields of one {@code TensorProto} as they come by. */
    private static final class Fields {

        private String name = "";
        private long dataType;
        private final List<Long> dims = new ArrayList<>();
        private long location;
        private final Map<String, String> external = new HashMap<>();
        private long rawOffset = -1;
        private long rawLength;
        private long floatsOffset = -1;
        private long encoded;

        void take(ProtoCursor cursor) throws IOException {
            switch (cursor.field()) {
                case 1 -> cursor.varints(this::dimension);
                case 2 -> dataType = cursor.varint();
                case 3 -> throw new InvalidProtocolBufferException("a tensor in segments is not supported");
                case 4 -> floats(cursor);
                case 5, 7, 11 -> encoded += cursor.countVarints();
                case 8 -> name = cursor.string();
                case 9 -> {
                    if (rawOffset >= 0) {
                        throw new InvalidProtocolBufferException("a tensor has its data twice");
                    }
                    rawLength = cursor.bytes();
                    rawOffset = cursor.position() - rawLength;
                }
                case 10 -> encoded += cursor.countFixed(Double.BYTES);
                case 13 -> entry(cursor);
                case 14 -> location = cursor.varint();
                default -> cursor.skip();
            }
        }

        /** Keeps one dimension more than a shape can have, which is enough to be refused. */
        private void dimension(long dim) {
            if (dims.size() <= TensorShape.MAX_RANK) {
                dims.add(dim);
            }
        }

        /** Floats in one packed field are bytes like any others, so they can be used in place. */
        private void floats(ProtoCursor cursor) throws IOException {
            boolean packed = cursor.lengthDelimited();
            long n = cursor.countFixed(Float.BYTES);
            floatsOffset = packed && encoded == 0 ? cursor.position() - n * Float.BYTES : -1;
            encoded += n;
        }

        private void entry(ProtoCursor cursor) throws IOException {
            String key = "";
            String value = "";
            int entered = cursor.enter();
            while (cursor.next()) {
                switch (cursor.field()) {
                    case 1 -> key = cursor.string();
                    case 2 -> value = cursor.string();
                    default -> cursor.skip();
                }
            }
            cursor.leave(entered);
            external.put(key, value);
        }
    }
}
