package dev.finexl.store;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;

/** Writes safetensors files for tests, right ones and wrong ones. */
public final class SafetensorsBytes {

    private final StringJoiner members = new StringJoiner(",", "{", "}");
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    /** Adds a float32 tensor after those before it. */
    public SafetensorsBytes floats(String name, long[] shape, float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return tensor(name, "F32", shape, bytes.array());
    }

    /** Adds a tensor of any type after those before it. */
    public SafetensorsBytes tensor(String name, String dtype, long[] shape, byte[] bytes) {
        int begin = data.size();
        data.writeBytes(bytes);
        return member("\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                .formatted(name, dtype, TensorShape.of(shape), begin, data.size()));
    }

    /** Adds a piece of JSON to the header as it is. */
    public SafetensorsBytes member(String json) {
        members.add(json);
        return this;
    }

    /** The file. */
    public byte[] bytes() {
        return file(members.toString(), data.toByteArray());
    }

    /** The file, read. */
    public Safetensors read() {
        return SafetensorsBytes.read(bytes());
    }

    static Safetensors read(byte[] file) {
        return Safetensors.of("test.safetensors", MemorySegment.ofArray(file));
    }

    /** A file with this header and this data, whatever they are. */
    static byte[] file(String header, byte[] data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Long.BYTES + json.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .put(data)
                .array();
    }
}
