package dev.finexl.explain;

import dev.finexl.explain.Measurer.Measurement;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Measurements as bytes, little-endian: {@code FXM2}, the number of pictures, the width of an embedding, how many
 * statistics there are, the number of heads and for each how many numbers it gives (all int32), then for each picture its
 * embedding, its statistics and its heads' numbers (float32), and the CRC-32C of all that.
 */
final class MeasurementBytes {

    private static final int MAGIC = 0x324D5846;
    private static final int MOST_HEADS = 1000;

    private MeasurementBytes() {}

    /** @param measured at least one picture, all with the same encoder and heads */
    static byte[] write(List<Measurement> measured) {
        Measurement first = measured.getFirst();
        int perPicture = first.embedding().length
                + first.statistics().length
                + first.heads().stream().mapToInt(numbers -> numbers.length).sum();
        int header = 5 + first.heads().size();
        ByteBuffer out = ByteBuffer.allocate(4 * (header + measured.size() * perPicture + 1))
                .order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(MAGIC)
                .putInt(measured.size())
                .putInt(first.embedding().length)
                .putInt(first.statistics().length)
                .putInt(first.heads().size());
        first.heads().forEach(numbers -> out.putInt(numbers.length));
        for (Measurement picture : measured) {
            put(out, picture.embedding());
            put(out, picture.statistics());
            picture.heads().forEach(numbers -> put(out, numbers));
        }
        out.putInt(crc(out.array(), out.position()));
        return out.array();
    }

    /** @throws IllegalArgumentException if the bytes are not those of so many pictures */
    static List<Measurement> read(byte[] bytes, int count) {
        int end = bytes.length - 4;
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (end < 20 || in.getInt(end) != crc(bytes, end) || in.getInt() != MAGIC || in.getInt() != count) {
            throw new IllegalArgumentException("it does not hold the measurements of %d pictures".formatted(count));
        }
        try {
            int width = in.getInt();
            int statistics = in.getInt();
            int[] heads = new int[Math.clamp(in.getInt(), 0, MOST_HEADS)];
            for (int h = 0; h < heads.length; h++) {
                heads[h] = in.getInt();
            }
            List<Measurement> measured = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                float[] embedding = take(in, width);
                float[] ofPicture = take(in, statistics);
                List<float[]> numbers = new ArrayList<>(heads.length);
                for (int head : heads) {
                    numbers.add(take(in, head));
                }
                measured.add(new Measurement(embedding, ofPicture, List.copyOf(numbers)));
            }
            return measured;
        } catch (BufferUnderflowException | NegativeArraySizeException e) {
            throw new IllegalArgumentException("it ends before its measurements do", e);
        }
    }

    private static void put(ByteBuffer out, float[] numbers) {
        out.asFloatBuffer().put(numbers);
        out.position(out.position() + 4 * numbers.length);
    }

    private static float[] take(ByteBuffer in, int length) {
        if (length < 0 || length > in.remaining() / 4) {
            throw new BufferUnderflowException();
        }
        float[] numbers = new float[length];
        in.asFloatBuffer().get(numbers);
        in.position(in.position() + 4 * length);
        return numbers;
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
