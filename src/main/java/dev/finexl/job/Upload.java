package dev.finexl.job;

import dev.finexl.account.Tenant;
import dev.finexl.embed.ImageDecoder;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.InvalidRequestException;
import dev.finexl.store.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The two sets of pictures that come with one request, as they are received. Exists because nothing about an upload can
 * be trusted: names are plain names or refused, so that nothing is written outside the upload's own folder; bytes are
 * counted as they are written, not as they were announced; and what is not kept in the end is removed.
 *
 * <p>Whether a file is a picture, and how many pixels it has, is found out when it is decoded. Not thread-safe.
 */
public final class Upload implements AutoCloseable {

    /** In UTF-8; file systems allow 255 bytes. */
    private static final int LONGEST_NAME = 200;

    private static final int BUFFER = 1 << 16;

    private final PictureFolders folders;
    private final String id = JobIds.next();
    private final Path folder;
    private final long mostBytes;
    private final Map<Side, Integer> counts = new EnumMap<>(Side.class);
    private final Map<String, String> hashes = new TreeMap<>();
    private long bytes;
    private boolean kept;

    /**
     * @param mostBytes of all pictures together
     * @throws IOException if nothing can be stored
     */
    public Upload(PictureFolders folders, long mostBytes) throws IOException {
        this.folders = folders;
        this.mostBytes = mostBytes;
        this.folder = folders.create(id);
    }

    /** Counts what is received from now on among a tenant's. */
    public void belongsTo(Tenant tenant) {
        folders.assign(id, tenant);
    }

    /** Identifies the upload, and the job that may come of it. */
    public String id() {
        return id;
    }

    /** The folders of the two sides, by the names under which the request calls them. */
    public Map<String, Path> sides() {
        return folders.sides(id);
    }

    /**
     * Receives one picture.
     *
     * @param name of its file; those of a pair are the same on both sides
     * @throws InvalidRequestException that names the picture, if its name is not a plain one or there twice, or if it or
     *     the upload is too large
     * @throws UploadRoom.FullException if all uploads together leave no room for it
     * @throws IOException if it cannot be read or stored
     */
    public void add(Side side, String name, InputStream picture) throws IOException {
        String member = side.key() + "/" + name;
        requirePlain(member, name);
        if (counts.merge(side, 1, Integer::sum) > ExplainRequest.MAX_IMAGES) {
            throw refused(member, "is one more than the %d pictures accepted on each side", ExplainRequest.MAX_IMAGES);
        }
        Path file = file(side, member, name);
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
            copy(member, picture, out);
        } catch (FileAlreadyExistsException e) {
            throw refused(member, "is there twice");
        }
        try (InputStream written = Files.newInputStream(file)) {
            hashes.put(member, Sha256.of(written));
        }
    }

    /** A name may have characters that the system's own encoding lacks. */
    private Path file(Side side, String member, String name) {
        try {
            return folder.resolve(side.key()).resolve(name);
        } catch (InvalidPathException _) {
            throw refused(member, "has a name that this system cannot store");
        }
    }

    private void copy(String member, InputStream in, OutputStream out) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long ofThis = 0;
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            ofThis += read;
            bytes += read;
            if (ofThis > ImageDecoder.DEFAULT_BYTES) {
                throw refused(member, "is larger than the %d bytes accepted", ImageDecoder.DEFAULT_BYTES);
            }
            if (bytes > mostBytes) {
                throw refused(member, "takes the pictures beyond the %d bytes accepted in all", mostBytes);
            }
            folders.take(id, read);
            out.write(buffer, 0, read);
        }
    }

    private static void requirePlain(String member, String name) {
        boolean plain = !name.isBlank()
                && name.getBytes(StandardCharsets.UTF_8).length <= LONGEST_NAME
                && !name.startsWith(".")
                && name.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || Character.isISOControl(c));
        if (!plain) {
            throw refused(
                    member,
                    "is no plain file name: expected 1 to %d bytes without / \\ : and not beginning with a full stop",
                    LONGEST_NAME);
        }
    }

    static InvalidRequestException refused(String member, String message, Object... details) {
        return new InvalidRequestException(member, "'%s' %s".formatted(member, message.formatted(details)));
    }

    /** SHA-256 over the names and contents of all pictures, whatever order they came in. */
    String hash() {
        StringBuilder all = new StringBuilder();
        hashes.forEach(
                (member, hash) -> all.append(hash).append(' ').append(member).append('\n'));
        return Sha256.of(all.toString());
    }

    /** Leaves the pictures to a job, which removes them when it ends. */
    void keep() {
        kept = true;
    }

    /** Removes what was received, unless it was kept. */
    @Override
    public void close() {
        if (!kept) {
            folders.remove(id);
        }
    }
}
