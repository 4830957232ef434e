package dev.finexl.embed;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import javax.imageio.IIOException;

/** The header of a BMP file. */
final class BmpFile {

    private static final int HEADER_SIZE = 14;
    private static final int COMPRESSION = 30;

    /** Headers from this size on name a compression. */
    private static final int INFO_HEADER = 40;

    /** Plain, two kinds of run lengths, and bit masks. What follows wraps another picture file. */
    private static final int BIT_FIELDS = 3;

    private BmpFile() {}

    /** Leaves the file as it is, unless it wraps a JPEG or PNG file: that one would be decoded unseen. */
    static byte[] reduce(byte[] file) throws IIOException {
        ByteBuffer header = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        if (file.length < COMPRESSION + 4) {
            throw new IIOException("it is cut off in its header");
        }
        int compression = header.getInt(HEADER_SIZE) < INFO_HEADER ? 0 : header.getInt(COMPRESSION);
        if (compression < 0 || compression > BIT_FIELDS) {
            throw new IIOException("it has the compression %d, expected 0 to 3".formatted(compression));
        }
        return file;
    }
}
