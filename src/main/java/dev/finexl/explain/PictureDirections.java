package dev.finexl.explain;

import dev.finexl.store.ClasspathFiles;
import dev.finexl.store.DirectoryFiles;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.WholeFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What asking a base model for a concept does to its pictures, prompt by prompt: the difference between the embeddings,
 * and behind them the {@link dev.finexl.embed.PictureStatistics}, of the picture with the concept in its prompt and of the one
 * without, from the same noise. Words tell where a concept
 * lies for the text encoder; this tells where the model's own pictures of it lie. It costs as many pictures as concepts
 * times prompts, so it is measured once and kept.
 *
 * <p>A file holds what one base, encoder and sampler gave: its name is a hash of all three, and each entry has the hash of
 * the prompts that were drawn, so that nothing is ever taken for something else. Layout, little-endian: {@code FXPD}, the
 * numbers of entries, prompts and components (int32), then for each entry the 32 bytes of its hash and its float32 numbers.
 *
 * @param entries hash of the drawn prompts to {@code [prompts][width]}, the width being that of an embedding and the statistics together
 */
record PictureDirections(Map<String, float[][]> entries) {

    private static final int MAGIC = 0x44505846;
    private static final int HEADER = 16;
    private static final int HASH = 32;
    private static final int LARGEST = 1 << 30;
    private static final String ENDING = ".bin";

    private static final ModelFiles SHIPPED =
            new ClasspathFiles("classpath:directions", PictureDirections.class.getClassLoader(), "directions");

    /** Measures nothing. */
    static final PictureDirections NONE = new PictureDirections(Map.of());

    /** Finds what has been measured under a key: in a folder, or else among what ships with the program. */
    static PictureDirections find(String key, Optional<Path> folder) {
        return at(key, folder, (files, name) -> parse(files.read(name, LARGEST)))
                .orElse(NONE);
    }

    /** The hash of what {@link #find} finds; empty where it finds nothing. */
    static String sha256(String key, Optional<Path> folder) {
        return at(key, folder, ModelFiles::sha256).orElse("");
    }

    private interface Reading<T> {
        T of(ModelFiles files, String name) throws IOException;
    }

    private static <T> Optional<T> at(String key, Optional<Path> folder, Reading<T> reading) {
        String name = key + ENDING;
        Optional<ModelFiles> measured = folder.filter(Files::isDirectory)
                .<ModelFiles>map(known -> new DirectoryFiles(known.toString(), known))
                .filter(files -> files.has(name))
                .or(() -> Optional.of(SHIPPED).filter(files -> files.has(name)));
        try {
            return measured.isPresent() ? Optional.of(reading.of(measured.get(), name)) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("the concept directions '%s' cannot be read".formatted(key), e);
        }
    }

    /** @throws UncheckedIOException if the bytes are not such a file */
    static PictureDirections parse(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < HEADER || in.getInt() != MAGIC) {
            throw damaged("does not start as one");
        }
        int count = in.getInt();
        int prompts = in.getInt();
        int width = in.getInt();
        long expected = HEADER + (long) count * (HASH + 4L * prompts * width);
        if (count < 0 || prompts < 1 || width < 1 || 4L * prompts * width > LARGEST || expected != bytes.length) {
            throw damaged("has %d bytes, expected %d".formatted(bytes.length, expected));
        }
        Map<String, float[][]> entries = new LinkedHashMap<>();
        byte[] hash = new byte[HASH];
        for (int e = 0; e < count; e++) {
            in.get(hash);
            float[][] rows = new float[prompts][width];
            for (float[] row : rows) {
                in.asFloatBuffer().get(row);
                in.position(in.position() + 4 * width);
            }
            entries.put(HexFormat.of().formatHex(hash), rows);
        }
        return new PictureDirections(entries);
    }

    private static UncheckedIOException damaged(String what) {
        return new UncheckedIOException(new IOException("a file of concept directions " + what));
    }

    /**
     * Writes the file of a key.
     *
     * @param folder exists
     * @return the file
     */
    Path write(Path folder, String key) throws IOException {
        float[][] any = entries.values().iterator().next();
        int prompts = any.length;
        int width = any[0].length;
        ByteBuffer out = ByteBuffer.allocate(
                        Math.toIntExact(HEADER + (long) entries.size() * (HASH + 4L * prompts * width)))
                .order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(MAGIC).putInt(entries.size()).putInt(prompts).putInt(width);
        entries.forEach((hash, rows) -> {
            out.put(HexFormat.of().parseHex(hash));
            for (float[] row : rows) {
                for (float component : row) {
                    out.putFloat(component);
                }
            }
        });
        Path file = folder.resolve(key + ENDING);
        WholeFile.write(file, out.array());
        return file;
    }
}
