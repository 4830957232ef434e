package dev.finexl.embed;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import javax.imageio.IIOException;

/** The segments of a JPEG file: {@code FF}, a marker, and for most a length and data (ITU T.81, annex B). */
final class JpegFile {

    private static final int SOI = 0xD8;
    private static final int EOI = 0xD9;
    private static final int SOS = 0xDA;
    private static final int APP0 = 0xE0;
    private static final int APP14 = 0xEE;
    private static final int APP15 = 0xEF;
    private static final int COM = 0xFE;

    /**
     * A progressive picture has some ten scans. Each is a pass over the whole picture, however few bytes it has, so that
     * a small file could keep a decoder busy for hours.
     */
    private static final int MOST_SCANS = 100;

    private JpegFile() {}

    /**
     * Keeps everything up to the end of the (first) picture but application data and comments. Of application data, JFIF
     * and Adobe's segment stay, which say how colours are coded.
     */
    static byte[] reduce(byte[] file) throws IIOException {
        ByteArrayOutputStream kept = new ByteArrayOutputStream(file.length);
        ByteBuffer bytes = ByteBuffer.wrap(file);
        int scans = 0;
        int from = 0;
        while (from < file.length) {
            int marker = nextMarker(file, from);
            kept.write(file, from, marker - from);
            int code = file[marker + 1] & 0xFF;
            if (code == EOI) {
                kept.write(file, marker, 2);
                return kept.toByteArray();
            }
            if (code == SOS && ++scans > MOST_SCANS) {
                throw new IIOException("it has more than %d scans".formatted(MOST_SCANS));
            }
            int length = code == SOI ? 2 : 2 + segmentLength(bytes, marker + 2);
            if (!isApplicationData(code)) {
                kept.write(file, marker, length);
            }
            from = marker + length;
        }
        throw cutOff();
    }

    /** Skips entropy-coded data: in it, {@code FF} is followed by 0 or by a restart marker. */
    private static int nextMarker(byte[] file, int from) throws IIOException {
        for (int i = from; i + 1 < file.length; i++) {
            if (file[i] == (byte) 0xFF) {
                int code = file[i + 1] & 0xFF;
                boolean restart = code >= 0xD0 && code <= 0xD7;
                if (code != 0 && code != 0xFF && code != 1 && !restart) {
                    return i;
                }
            }
        }
        throw cutOff();
    }

    private static int segmentLength(ByteBuffer bytes, int at) throws IIOException {
        int length = at + 2 <= bytes.limit() ? Short.toUnsignedInt(bytes.getShort(at)) : 0;
        if (length < 2 || length > bytes.limit() - at) {
            throw cutOff();
        }
        return length;
    }

    private static boolean isApplicationData(int code) {
        return code > APP0 && code <= APP15 && code != APP14 || code == COM;
    }

    private static IIOException cutOff() {
        return new IIOException("it is cut off before its end");
    }
}
