package dev.finexl.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file: eight bytes of length, then JSON that places every tensor in the data after it.
 *
 * @param tensors by name, in the header's order
 * @param metadata the entries of {@code __metadata__}, in the header's order
 * @param dataSize the bytes after the header, all of which belong to a tensor
 */
record SafetensorsHeader(Map<String, Entry> tensors, Map<String, String> metadata, long dataSize) {

    private static final String METADATA = "__metadata__";

    /** The limit of the reference implementation. */
    private static final long LONGEST_HEADER = 100_000_000;

    /** Far above any file seen; it bounds the heap that a header full of empty tensors can take. */
    private static final int MOST_TENSORS = 200_000;

    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /**
     * One tensor.
     *
     * @param begin its first byte, counted from the start of the data
     * @param end the byte after its last
     */
    record Entry(ElementType type, TensorShape shape, long begin, long end) {}

    static SafetensorsHeader parse(String file, MemorySegment bytes) {
        if (bytes.byteSize() < Long.BYTES) {
            throw new ModelFileException("%s is not a safetensors file: it has %d bytes; expected a header length of 8"
                    .formatted(file, bytes.byteSize()));
        }
        long length = bytes.get(LENGTH, 0);
        long most = Math.min(LONGEST_HEADER, bytes.byteSize() - Long.BYTES);
        if (length < 0 || length > most) {
            throw new ModelFileException(
                    "%s is not a safetensors file: it says that its header has %s bytes; expected at most %d"
                            .formatted(file, Long.toUnsignedString(length), most));
        }
        MemorySegment json = bytes.asSlice(Long.BYTES, length);
        if (length == 0 || json.get(ValueLayout.JAVA_BYTE, 0) != '{') {
            throw new ModelFileException(
                    "%s is not a safetensors file: its header does not begin with '{'".formatted(file));
        }
        Reader reader = new Reader(file);
        try (InputStreamReader utf8 =
                        new InputStreamReader(new SegmentInputStream(json), StandardCharsets.UTF_8.newDecoder());
                JsonParser parser = JSON.createParser(utf8)) {
            reader.header(parser);
        } catch (IOException e) {
            throw new ModelFileException("%s: the header is not valid: %s".formatted(file, e.getMessage()), e);
        }
        long dataSize = bytes.byteSize() - Long.BYTES - length;
        requireExactCover(file, reader.tensors, dataSize);
        return new SafetensorsHeader(
                Collections.unmodifiableMap(reader.tensors), Collections.unmodifiableMap(reader.metadata), dataSize);
    }

    private static void requireExactCover(String file, Map<String, Entry> tensors, long dataSize) {
        List<Map.Entry<String, Entry>> inOrder = new ArrayList<>(tensors.entrySet());
        inOrder.sort(Comparator.comparingLong(
                        (Map.Entry<String, Entry> t) -> t.getValue().begin())
                .thenComparingLong(t -> t.getValue().end()));
        long covered = 0;
        for (Map.Entry<String, Entry> named : inOrder) {
            Entry tensor = named.getValue();
            if (tensor.begin() != covered) {
                throw new ModelFileException(
                        "%s: tensor '%s' begins at byte %d of the data; expected %d, without overlap or hole"
                                .formatted(file, named.getKey(), tensor.begin(), covered));
            }
            if (tensor.end() > dataSize) {
                throw new ModelFileException("%s: tensor '%s' ends at byte %d of the data, which has only %d"
                        .formatted(file, named.getKey(), tensor.end(), dataSize));
            }
            covered = tensor.end();
        }
        if (covered != dataSize) {
            throw new ModelFileException("%s: the tensors end at byte %d of the data; expected its end, %d"
                    .formatted(file, covered, dataSize));
        }
    }

    /** Takes the JSON apart. Every method starts on the first token of its value and ends on the last. */
    private static final class Reader {

        private final String file;
        private final Map<String, Entry> tensors = new LinkedHashMap<>();
        private final Map<String, String> metadata = new LinkedHashMap<>();

        Reader(String file) {
            this.file = file;
        }

        void header(JsonParser json) throws IOException {
            expect(json.nextToken(), JsonToken.START_OBJECT, "the header");
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                if (name.equals(METADATA)) {
                    metadata(json);
                } else if (tensors.size() == MOST_TENSORS) {
                    throw new ModelFileException("%s: more than %d tensors".formatted(file, MOST_TENSORS));
                } else {
                    tensors.put(name, tensor(json, "tensor '%s'".formatted(name)));
                }
            }
            if (json.nextToken() != null) {
                throw new ModelFileException("%s: the header goes on after its closing brace".formatted(file));
            }
        }

        private void metadata(JsonParser json) throws IOException {
            expect(json.currentToken(), JsonToken.START_OBJECT, METADATA);
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String key = json.currentName();
                expect(json.nextToken(), JsonToken.VALUE_STRING, METADATA + " entry '%s'".formatted(key));
                metadata.put(key, json.getText());
            }
        }

        private Entry tensor(JsonParser json, String tensor) throws IOException {
            expect(json.currentToken(), JsonToken.START_OBJECT, tensor);
            ElementType type = null;
            List<Long> dims = null;
            List<Long> offsets = null;
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String member = json.currentName();
                json.nextToken();
                switch (member) {
                    case "dtype" -> type = type(json, tensor);
                    case "shape" -> dims = numbers(json, tensor, "shape", TensorShape.MAX_RANK);
                    case "data_offsets" -> offsets = numbers(json, tensor, "data_offsets", 2);
                    default ->
                        throw new ModelFileException("%s: %s has '%s'; expected dtype, shape and data_offsets"
                                .formatted(file, tensor, member));
                }
            }
            if (type == null || dims == null || offsets == null || offsets.size() != 2) {
                throw new ModelFileException(
                        "%s: %s is incomplete; expected dtype, shape and two data_offsets".formatted(file, tensor));
            }
            return placed(tensor, type, new TensorShape(dims), offsets.getFirst(), offsets.getLast());
        }

        private Entry placed(String tensor, ElementType type, TensorShape shape, long begin, long end) {
            long size;
            try {
                size = type.byteSize(shape.elements());
            } catch (ArithmeticException e) {
                throw new ModelFileException("%s: %s has the impossible shape %s".formatted(file, tensor, shape), e);
            }
            if (end < begin || end - begin != size) {
                throw new ModelFileException("%s: %s has data_offsets [%d, %d]; expected %d bytes for %s %s"
                        .formatted(file, tensor, begin, end, size, type, shape));
            }
            return new Entry(type, shape, begin, end);
        }

        private ElementType type(JsonParser json, String tensor) throws IOException {
            expect(json.currentToken(), JsonToken.VALUE_STRING, tensor + ", dtype,");
            String name = json.getText();
            for (ElementType type : ElementType.values()) {
                // The 4-bit formats are ONNX's; safetensors has no such names.
                if (type.name().equals(name) && type.bits() >= Byte.SIZE) {
                    return type;
                }
            }
            throw new ModelFileException("%s: %s has the unknown dtype '%s'".formatted(file, tensor, name));
        }

        private List<Long> numbers(JsonParser json, String tensor, String member, int most) throws IOException {
            expect(json.currentToken(), JsonToken.START_ARRAY, tensor + ", " + member + ",");
            List<Long> numbers = new ArrayList<>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                expect(json.currentToken(), JsonToken.VALUE_NUMBER_INT, tensor + ", an element of " + member + ",");
                long number = json.getLongValue();
                if (number < 0 || numbers.size() == most) {
                    throw new ModelFileException(
                            "%s: %s has %s that are negative or more than %d".formatted(file, tensor, member, most));
                }
                numbers.add(number);
            }
            return numbers;
        }

        private void expect(JsonToken found, JsonToken expected, String where) {
            if (found != expected) {
                throw new ModelFileException("%s: %s is %s in the header; expected %s"
                        .formatted(file, where, found == null ? "missing" : found, expected));
            }
        }
    }
}
