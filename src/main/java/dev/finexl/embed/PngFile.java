package dev.finexl.embed;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import javax.imageio.IIOException;

/** The chunks of a PNG file: length, type, data, check sum, one after the other behind eight bytes of signature. */
final class PngFile {

    static final int IHDR = 0x49484452;
    static final int IDAT = 0x49444154;
    static final int IEND = 0x49454E44;

    private static final int PLTE = 0x504C5445;
    private static final int SIGNATURE = 8;
    /** Length, type and check sum. */
    static final int FRAME = 12;

    private PngFile() {}

    /** Keeps header, palette and image data. Transparency goes too: it is ignored anyway. */
    static byte[] reduce(byte[] file) throws IIOException {
        ByteArrayOutputStream kept = new ByteArrayOutputStream(file.length);
        kept.write(file, 0, SIGNATURE);
        ByteBuffer chunks = ByteBuffer.wrap(file);
        chunks.position(SIGNATURE);
        while (chunks.remaining() >= FRAME) {
            int start = chunks.position();
            int length = chunks.getInt(start);
            int type = chunks.getInt(start + 4);
            if (length < 0 || length > chunks.remaining() - FRAME) {
                throw new IIOException("it is cut off in the chunk " + name(type));
            }
            if (type == IHDR || type == PLTE || type == IDAT || type == IEND) {
                if (checksum(file, start + 4, length + 4) != chunks.getInt(start + 8 + length)) {
                    throw new IIOException("the chunk " + name(type) + " has a wrong check sum");
                }
                kept.write(file, start, length + FRAME);
            }
            if (type == IEND) {
                return kept.toByteArray();
            }
            chunks.position(start + length + FRAME);
        }
        throw new IIOException("it is cut off before its end chunk");
    }

    /** The CRC of a chunk's type and data. */
    static int checksum(byte[] bytes, int from, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }

    private static String name(int type) {
        StringBuilder name = new StringBuilder();
        for (int shift = 24; shift >= 0; shift -= 8) {
            int c = type >>> shift & 0xFF;
            name.append(c > ' ' && c < 0x7F ? (char) c : '?');
        }
        return name.toString();
    }
}
