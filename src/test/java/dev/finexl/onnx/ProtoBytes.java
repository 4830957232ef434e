package dev.finexl.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes protobuf messages for tests, field by field. */
public final class ProtoBytes {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** Adds an integer field. */
    public ProtoBytes varint(int field, long value) {
        raw((long) field << 3);
        raw(value);
        return this;
    }

    /** Adds a field of bytes. */
    public ProtoBytes bytes(int field, byte[] value) {
        raw((long) field << 3 | 2);
        raw(value.length);
        out.writeBytes(value);
        return this;
    }

    /** Adds a text. */
    public ProtoBytes text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds a message. */
    public ProtoBytes message(int field, ProtoBytes message) {
        return bytes(field, message.toArray());
    }

    /** Adds a number to no field, as packed fields hold them. */
    public ProtoBytes raw(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
        return this;
    }

    /** The message's bytes. */
    public byte[] toArray() {
        return out.toByteArray();
    }
}
