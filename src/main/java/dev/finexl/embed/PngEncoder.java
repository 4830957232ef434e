package dev.finexl.embed;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;

/**
 * Writes pictures as PNG: 8 bits, RGB, not interlaced, no metadata, and each row with the filter that leaves the
 * smallest differences (the heuristic of the PNG specification, section 12.8). Equal pictures become equal bytes, as
 * long as the JDK brings the same zlib.
 *
 * <p>ImageIO could do this too, but would start AWT for it.
 */
public final class PngEncoder {

    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final int CHANNELS = 3;
    private static final int FILTERS = 5;

    private PngEncoder() {}

    /** The bytes of a PNG file. */
    public static byte[] encode(RgbImage image) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(SIGNATURE);
        byte depth = 8;
        byte rgb = 2;
        byte[] header = ByteBuffer.allocate(13)
                .putInt(image.width())
                .putInt(image.height())
                .put(depth)
                .put(rgb)
                .array();
        writeChunk(file, PngFile.IHDR, header);
        writeChunk(file, PngFile.IDAT, deflate(image));
        writeChunk(file, PngFile.IEND, new byte[0]);
        return file.toByteArray();
    }

    private static void writeChunk(ByteArrayOutputStream file, int type, byte[] data) {
        ByteBuffer chunk = ByteBuffer.allocate(data.length + PngFile.FRAME)
                .putInt(data.length)
                .putInt(type)
                .put(data);
        chunk.putInt(PngFile.checksum(chunk.array(), Integer.BYTES, data.length + Integer.BYTES));
        file.writeBytes(chunk.array());
    }

    private static byte[] deflate(RgbImage image) {
        int line = CHANNELS * image.width();
        byte[] above = new byte[line];
        byte[] row = new byte[line];
        byte[][] filtered = new byte[FILTERS][1 + line];
        byte[] buffer = new byte[1 << 14];
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (Deflater deflater = new Deflater()) {
            for (int y = 0; y < image.height(); y++) {
                System.arraycopy(image.rgb(), y * line, row, 0, line);
                deflater.setInput(best(filtered, row, above));
                while (!deflater.needsInput()) {
                    compressed.write(buffer, 0, deflater.deflate(buffer));
                }
                byte[] previous = above;
                above = row;
                row = previous;
            }
            deflater.finish();
            while (!deflater.finished()) {
                compressed.write(buffer, 0, deflater.deflate(buffer));
            }
        }
        return compressed.toByteArray();
    }

    private static byte[] best(byte[][] filtered, byte[] row, byte[] above) {
        int best = 0;
        long least = Long.MAX_VALUE;
        for (int filter = 0; filter < FILTERS; filter++) {
            long sum = filter(filter, row, above, filtered[filter]);
            if (sum < least) {
                least = sum;
                best = filter;
            }
        }
        return filtered[best];
    }

    /** Fills {@code target} with the filter's number and the differences, and adds up how large they are. */
    private static long filter(int filter, byte[] row, byte[] above, byte[] target) {
        target[0] = (byte) filter;
        long sum = 0;
        for (int i = 0; i < row.length; i++) {
            int left = i < CHANNELS ? 0 : row[i - CHANNELS] & 0xFF;
            int up = above[i] & 0xFF;
            int upLeft = i < CHANNELS ? 0 : above[i - CHANNELS] & 0xFF;
            int prediction = switch (filter) {
                case 0 -> 0;
                case 1 -> left;
                case 2 -> up;
                case 3 -> (left + up) / 2;
                default -> paeth(left, up, upLeft);
            };
            byte difference = (byte) (row[i] - prediction);
            target[i + 1] = difference;
            sum += Math.abs(difference);
        }
        return sum;
    }

    private static int paeth(int left, int up, int upLeft) {
        int estimate = left + up - upLeft;
        int fromLeft = Math.abs(estimate - left);
        int fromUp = Math.abs(estimate - up);
        int fromUpLeft = Math.abs(estimate - upLeft);
        if (fromLeft <= fromUp && fromLeft <= fromUpLeft) {
            return left;
        }
        return fromUp <= fromUpLeft ? up : upLeft;
    }
}
