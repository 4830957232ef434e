package dev.finexl.embed;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import javax.imageio.IIOException;

/** The chunks of a WebP file: a RIFF file whose chunks have a type, a length and an even number of bytes. */
final class WebpFile {

    private static final int RIFF = fourCc("RIFF");
    private static final int WEBP = fourCc("WEBP");
    private static final int VP8 = fourCc("VP8 ");
    private static final int VP8L = fourCc("VP8L");
    private static final int ANMF = fourCc("ANMF");

    private static final int HEADER = 12;
    private static final int FRAME = 8;

    /** What an animation's frame says about itself before its own chunks. */
    private static final int FRAME_HEADER = 16;

    private WebpFile() {}

    /** Keeps the first frame's coded picture, without its alpha channel. */
    static byte[] reduce(byte[] file) throws IIOException {
        ByteBuffer chunks = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int at = HEADER;
        while (at + FRAME <= file.length) {
            int type = chunks.getInt(at);
            int length = chunks.getInt(at + 4);
            if (length < 0 || length > file.length - at - FRAME) {
                throw new IIOException("it is cut off");
            }
            if (type == VP8 || type == VP8L) {
                return simple(chunks, at, FRAME + length);
            }
            at += FRAME + (type == ANMF ? FRAME_HEADER : length + (length & 1));
        }
        throw new IIOException("it is cut off, or has no picture");
    }

    private static byte[] simple(ByteBuffer chunks, int from, int length) {
        int padded = length + (length & 1);
        return ByteBuffer.allocate(HEADER + padded)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(RIFF)
                .putInt(HEADER - FRAME + padded)
                .putInt(WEBP)
                .put(chunks.slice(from, length))
                .array();
    }

    private static int fourCc(String type) {
        return type.charAt(0) | type.charAt(1) << 8 | type.charAt(2) << 16 | type.charAt(3) << 24;
    }
}
