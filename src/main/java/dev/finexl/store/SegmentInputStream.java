package dev.finexl.store;

import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * Reads native memory as a stream, for parsers that want one.
 *
 * <p>A {@code ByteBuffer} would do for small files, but it ends at 2 GiB, and protobuf reads a direct one through
 * {@code sun.misc.Unsafe}, about which JDK 25 complains. Skipping costs nothing, so weights are passed over untouched.
 */
public final class SegmentInputStream extends InputStream {

    private final MemorySegment segment;
    private long position;

    /** A stream from the segment's first byte to its last. */
    public SegmentInputStream(MemorySegment segment) {
        this.segment = segment;
    }

    @Override
    public int read() {
        return position < segment.byteSize() ? segment.get(ValueLayout.JAVA_BYTE, position++) & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        int n = (int) Math.min(length, left());
        if (n == 0) {
            return -1;
        }
        MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, position, target, offset, n);
        position += n;
        return n;
    }

    @Override
    public long skip(long bytes) {
        long n = Math.clamp(bytes, 0, left());
        position += n;
        return n;
    }

    @Override
    public int available() {
        return (int) Math.min(Integer.MAX_VALUE, left());
    }

    private long left() {
        return segment.byteSize() - position;
    }
}
