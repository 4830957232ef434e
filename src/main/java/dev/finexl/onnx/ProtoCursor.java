package dev.finexl.onnx;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.finexl.store.SegmentInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * Walks the fields of a protobuf message that lies in native memory, and says where each of them is.
 *
 * <p>Compiled message classes would copy every weight onto the heap and could not tell a field's offset, which is all that
 * is wanted of a weight. So this walks the wire format: {@link #next} moves to the next field of the current message, then
 * exactly one of the reading methods must take it. Declared lengths are never trusted: a field must end inside its
 * message, nesting is limited, and so is the heap that all that is kept may take.
 */
final class ProtoCursor {

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;

    /** A graph inside a node inside a graph takes three levels; exporters nest two or three graphs. */
    private static final int MAX_DEPTH = 32;

    /** Names longer than this are nobody's; the longest seen are paths of some 150 characters. */
    private static final int MAX_STRING = 4096;

    private static final char REPLACEMENT = '\uFFFD';

    /** For all strings and numbers that are kept. The graph of a 12 billion parameter transformer needs some 30 MiB. */
    private static final long MAX_KEPT = 128L << 20;

    /** What one kept object takes besides its characters, roughly. */
    private static final int OBJECT = 64;

    private final CodedInputStream in;
    private final long base;
    private int tag;
    private long fieldStart;
    private int depth;
    private long kept;

    /**
     * @param file a whole file, below 2 GiB
     * @param from the first byte of the message
     * @param to the byte after its last
     */
    ProtoCursor(MemorySegment file, long from, long to) throws IOException {
        this.base = from;
        this.in = CodedInputStream.newInstance(new SegmentInputStream(file.asSlice(from, to - from)));
        // Makes every longer field an error at its length, before anything is read.
        in.pushLimit(Math.toIntExact(to - from));
    }

    /** Moves to the next field of the current message; false at its end. */
    boolean next() throws IOException {
        if (in.isAtEnd()) {
            return false;
        }
        fieldStart = position();
        tag = in.readTag();
        return true;
    }

    /** The number of the current field. */
    int field() {
        return tag >>> 3;
    }

    /** Where the current field begins in the file, its tag included. */
    long fieldStart() {
        return fieldStart;
    }

    /** Where the next byte would be read in the file. */
    long position() {
        return base + in.getTotalBytesRead();
    }

    /** Whether the current field is length-delimited, as packed numbers are and single ones are not. */
    boolean lengthDelimited() {
        return (tag & 7) == LENGTH_DELIMITED;
    }

    /** Steps into the current field, a message. The result must be given to {@link #leave} after its last field. */
    int enter() throws IOException {
        expect(LENGTH_DELIMITED);
        if (++depth > MAX_DEPTH) {
            throw new InvalidProtocolBufferException("messages are nested more than %d deep".formatted(MAX_DEPTH));
        }
        keep(0);
        return in.pushLimit(in.readRawVarint32());
    }

    /** Steps out of a message that {@link #next} has walked to its end. */
    void leave(int entered) {
        in.popLimit(entered);
        depth--;
    }

    /** Passes over the current field, whatever it is. */
    void skip() throws IOException {
        switch (tag & 7) {
            case VARINT -> in.readRawVarint64();
            case FIXED64 -> in.readRawLittleEndian64();
            case FIXED32 -> in.readRawLittleEndian32();
            case LENGTH_DELIMITED -> bytes();
            default -> throw wireType();
        }
    }

    /** Passes over the current field and says how many bytes it holds; they end at {@link #position}. */
    int bytes() throws IOException {
        expect(LENGTH_DELIMITED);
        int length = in.readRawVarint32();
        if (length < 0 || length > in.getBytesUntilLimit()) {
            throw new InvalidProtocolBufferException("field %d says it has %s bytes, more than its message"
                    .formatted(field(), Integer.toUnsignedString(length)));
        }
        in.skipRawBytes(length);
        return length;
    }

    /** Reads the current field as an integer. */
    long varint() throws IOException {
        expect(VARINT);
        keep(0);
        return in.readRawVarint64();
    }

    /** Reads the current field as a name. */
    String string() throws IOException {
        expect(LENGTH_DELIMITED);
        int length = in.readRawVarint32();
        if (length < 0 || length > MAX_STRING) {
            throw new InvalidProtocolBufferException("field %d, a name, has %s bytes; at most %d are accepted"
                    .formatted(field(), Integer.toUnsignedString(length), MAX_STRING));
        }
        keep(length);
        byte[] bytes = in.readRawBytes(length);
        String name = new String(bytes, StandardCharsets.UTF_8);
        // What is not UTF-8 has become this character, which is also one of its own.
        if (name.indexOf(REPLACEMENT) >= 0 && !Arrays.equals(name.getBytes(StandardCharsets.UTF_8), bytes)) {
            throw new InvalidProtocolBufferException("field %d, a name, is not UTF-8".formatted(field()));
        }
        return name;
    }

    /** Reads the current field as integers and gives them to {@code target}, packed or one to a field. */
    void varints(LongConsumer target) throws IOException {
        if (!lengthDelimited()) {
            target.accept(varint());
            return;
        }
        int entered = enter();
        while (!in.isAtEnd()) {
            keep(0);
            target.accept(in.readRawVarint64());
        }
        leave(entered);
    }

    /** Passes over the current field and says how many integers it holds, packed or one to a field. */
    long countVarints() throws IOException {
        if (!lengthDelimited()) {
            varint();
            return 1;
        }
        long count = 0;
        int entered = enter();
        while (!in.isAtEnd()) {
            in.readRawVarint64();
            count++;
        }
        leave(entered);
        return count;
    }

    /** Passes over the current field and says how many numbers of this many bytes it holds, packed or one to a field. */
    long countFixed(int size) throws IOException {
        if (!lengthDelimited()) {
            expect(size == Float.BYTES ? FIXED32 : FIXED64);
            skip();
            return 1;
        }
        int length = bytes();
        if (length % size != 0) {
            throw new InvalidProtocolBufferException(
                    "field %d has %d bytes; expected a multiple of %d".formatted(field(), length, size));
        }
        return length / size;
    }

    private void expect(int wireType) throws InvalidProtocolBufferException {
        if ((tag & 7) != wireType) {
            throw wireType();
        }
    }

    private InvalidProtocolBufferException wireType() {
        return new InvalidProtocolBufferException("field %d has the wire type %d".formatted(field(), tag & 7));
    }

    private void keep(int characters) throws InvalidProtocolBufferException {
        kept += OBJECT + characters;
        if (kept > MAX_KEPT) {
            throw new InvalidProtocolBufferException(
                    "the graph is larger than %d MiB without its weights".formatted(MAX_KEPT >> 20));
        }
    }
}
