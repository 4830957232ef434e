package dev.finexl.evaluate;

import dev.finexl.store.WholeFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.zip.CRC32;

/**
 * Keeps embeddings on disk under a hash of all that they depend on, so that a run which was stopped goes on where it was,
 * and the next run, with other methods, samples nothing.
 *
 * <p>A file is: the eight bytes {@code FINEXLE1}, rows and columns as int32, the rows as float32, and the CRC-32 of all
 * that as int32, little-endian. One that is not so, be it cut short or of a later program, counts as not there.
 */
final class EmbeddingCache {

    private static final long MAGIC = ByteBuffer.wrap("FINEXLE1".getBytes(StandardCharsets.US_ASCII))
            .order(ByteOrder.LITTLE_ENDIAN)
            .getLong();
    private static final int HEADER = Long.BYTES + 2 * Integer.BYTES;
    /** A thousand rows of the widest encoder take 16 MB. */
    private static final int LARGEST = 1 << 26;

    private final Path folder;

    /** @throws UncheckedIOException if the folder cannot be made */
    EmbeddingCache(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("the cache folder %s cannot be made".formatted(folder), e);
        }
    }

    /**
     * The rows under a key, made and kept if they are not there.
     *
     * @param key hexadecimal
     * @throws UncheckedIOException if what was made cannot be written
     */
    float[][] rows(String key, Supplier<float[][]> making) {
        return read(key).orElseGet(() -> {
            float[][] rows = making.get();
            write(key, rows);
            return rows;
        });
    }

    private Path file(String key) {
        return folder.resolve(key + ".f32");
    }

    private void write(String key, float[][] rows) {
        int columns = rows[0].length;
        ByteBuffer bytes = ByteBuffer.allocate(HEADER + Float.BYTES * rows.length * columns + Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(MAGIC).putInt(rows.length).putInt(columns);
        for (float[] row : rows) {
            bytes.asFloatBuffer().put(row);
            bytes.position(bytes.position() + Float.BYTES * columns);
        }
        bytes.putInt(crc(bytes.array(), bytes.position()));
        try {
            WholeFile.write(file(key), bytes.array());
        } catch (IOException e) {
            throw new UncheckedIOException("embeddings cannot be kept in " + folder, e);
        }
    }

    private Optional<float[][]> read(String key) {
        byte[] array;
        try (InputStream in = Files.newInputStream(file(key))) {
            array = in.readNBytes(LARGEST);
        } catch (IOException notThere) {
            return Optional.empty();
        }
        if (array.length < HEADER + Integer.BYTES) {
            return Optional.empty();
        }
        ByteBuffer bytes = ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN);
        int end = array.length - Integer.BYTES;
        boolean ours = bytes.getLong() == MAGIC && bytes.getInt(end) == crc(array, end);
        int rows = bytes.getInt();
        int columns = bytes.getInt();
        if (!ours || rows < 1 || columns < 1 || HEADER + (long) Float.BYTES * rows * columns != end) {
            return Optional.empty();
        }
        float[][] values = new float[rows][columns];
        for (float[] row : values) {
            bytes.asFloatBuffer().get(row);
            bytes.position(bytes.position() + Float.BYTES * columns);
        }
        return Optional.of(values);
    }

    private static int crc(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
