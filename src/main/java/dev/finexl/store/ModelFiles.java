package dev.finexl.store;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The files of one model, wherever they live: the one thing that the rooms above know of storage.
 *
 * <p>Names are relative, with {@code /} between folders, as in {@code unet/model.onnx}. A name that would leave the
 * model (absolute, or with {@code ..}) is refused by every method with {@link ModelFileException}, as is a symbolic link
 * that leads outside the model's directory.
 */
public interface ModelFiles {

    /** The reference under which the model was found, for messages and provenance, e.g. {@code classpath:mini-clip}. */
    String reference();

    /** Whether a regular file of this name exists. */
    boolean has(String name);

    /** The names of the regular files directly in the model's folder, sorted; none where folders cannot be listed. */
    List<String> names();

    /**
     * The size of a file in bytes.
     *
     * @throws ModelFileException if there is no such file
     */
    long size(String name);

    /**
     * Opens a file for reading from its start.
     *
     * @throws ModelFileException if there is no such file
     */
    InputStream open(String name) throws IOException;

    /**
     * The bytes of a file as native memory: mapped from disk where the file is on disk, else copied once. Read-only; it
     * stays valid as long as anything refers to the segment or to a buffer made from it.
     *
     * @throws ModelFileException if there is no such file
     */
    MemorySegment map(String name) throws IOException;

    /**
     * Where native code can open a file by itself: its real path on the local disk, all links followed; empty for one that is
     * not there.
     *
     * @throws ModelFileException if there is no such file
     */
    default Optional<Path> path(String name) {
        return Optional.empty();
    }

    /**
     * A text that changes whenever a file of the model is changed, added or removed, as far as sizes and times tell; cheap
     * to ask for.
     */
    String fingerprint();

    /** The SHA-256 of a file's bytes in lower-case hexadecimal. It is computed once for each state of the file. */
    String sha256(String name) throws IOException;

    /**
     * Reads a small file whole.
     *
     * @param limit the largest size in bytes that is accepted
     * @throws ModelFileException if there is no such file, or if it is larger than {@code limit}
     */
    default byte[] read(String name, int limit) throws IOException {
        try (InputStream in = open(name)) {
            byte[] bytes = in.readNBytes(limit);
            if (bytes.length == limit && in.read() >= 0) {
                throw new ModelFileException(this, name, "is larger than the %d bytes accepted here".formatted(limit));
            }
            return bytes;
        }
    }
}
