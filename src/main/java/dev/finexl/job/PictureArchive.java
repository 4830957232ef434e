package dev.finexl.job;

import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.explain.InvalidRequestException;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * Reads a zip file of two folders, {@code base} and {@code personalized}, and perhaps a {@code request.json}. Exists
 * because a zip file can lie in more ways than any other upload: members that are links, encrypted, there twice or named to
 * be written elsewhere, and a few bytes that inflate to a disk full. The file's own directory is what counts, and what
 * is inflated is counted, for each member and for all of them.
 */
public final class PictureArchive {

    /** Pictures are compressed already; a plain bitmap of one colour is the most that any of them shrinks honestly. */
    private static final int MOST_RATIO = 200;
    /** Small members may shrink as they like. */
    private static final int RATIO_MATTERS = 1 << 20;

    private static final int LARGEST_REQUEST = 4 << 20;
    private static final String REQUEST = "request.json";
    private static final Set<Integer> METHODS = Set.of(ZipEntry.STORED, ZipEntry.DEFLATED);

    private PictureArchive() {}

    /**
     * Receives all pictures of an archive.
     *
     * @return the text of its {@code request.json}; empty if it has none
     * @throws InvalidRequestException that names the member which is not acceptable
     * @throws IOException if something cannot be stored
     */
    public static Optional<String> receive(Path archive, Upload upload) throws IOException {
        ZipDirectory.requireSmall(archive);
        Optional<String> request = Optional.empty();
        Set<String> names = new HashSet<>();
        try (ZipFile zip = open(archive)) {
            for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
                String name = entry.getName();
                if (!names.add(name)) {
                    throw Upload.refused(name, "is there twice");
                }
                requireOrdinary(zip, entry);
                if (!entry.isDirectory()) {
                    try (InputStream in = new Inflated(content(zip, entry), entry)) {
                        if (name.equals(REQUEST)) {
                            request = Optional.of(text(in));
                        } else {
                            Side side = side(name);
                            upload.add(side, name.substring(side.key().length() + 1), in);
                        }
                    }
                }
            }
        }
        return request;
    }

    /** What the library cannot read is, as far as anybody can tell, the fault of who has packed it. */
    private static ZipFile open(Path archive) {
        try {
            return ZipFile.builder().setPath(archive).get();
        } catch (IOException | IllegalArgumentException e) {
            Throwable reason = e.getCause() == null ? e : e.getCause();
            throw new InvalidRequestException("body", "the body is not a readable zip file: " + reason.getMessage());
        }
    }

    private static void requireOrdinary(ZipFile zip, ZipArchiveEntry entry) {
        if (entry.isUnixSymlink()) {
            throw Upload.refused(entry.getName(), "is a link");
        }
        if (!zip.canReadEntryData(entry) || !METHODS.contains(entry.getMethod())) {
            throw Upload.refused(entry.getName(), "is encrypted, or compressed in a way that is not read here");
        }
    }

    /**
     * What a member holds. The library would also read what is compressed with algorithms that it finds on the class path: they take
     * memory as the file says, and are not in every package of this program.
     */
    private static InputStream content(ZipFile zip, ZipArchiveEntry entry) throws IOException {
        InputStream raw = zip.getRawInputStream(entry);
        return entry.getMethod() == ZipEntry.STORED ? raw : new Inflating(raw);
    }

    /** A stream without zlib's header, after whose end zlib wants one more byte. */
    private static final class Inflating extends InflaterInputStream {

        Inflating(InputStream raw) {
            super(new SequenceInputStream(raw, new ByteArrayInputStream(new byte[1])), new Inflater(true));
        }

        @Override
        public void close() throws IOException {
            try {
                super.close();
            } finally {
                inf.end();
            }
        }
    }

    private static Side side(String name) {
        for (Side side : Side.values()) {
            if (name.startsWith(side.key() + "/")) {
                return side;
            }
        }
        throw Upload.refused(name, "is not expected: base/NAME, personalized/NAME and %s are", REQUEST);
    }

    private static String text(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(LARGEST_REQUEST + 1);
        if (bytes.length > LARGEST_REQUEST) {
            throw Upload.refused(REQUEST, "is larger than the %d bytes accepted", LARGEST_REQUEST);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Refuses a member as soon as it has grown too much. */
    private static final class Inflated extends FilterInputStream {

        private final ZipArchiveEntry entry;
        private long bytes;

        Inflated(InputStream in, ZipArchiveEntry entry) {
            super(in);
            this.entry = entry;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = inflated(target, offset, length);
            bytes += Math.max(0, read);
            if (bytes > RATIO_MATTERS && bytes / MOST_RATIO > entry.getCompressedSize()) {
                throw Upload.refused(
                        entry.getName(), "inflates to more than %d times its size in the archive", MOST_RATIO);
            }
            return read;
        }

        /** What cannot be inflated is told from what cannot be stored. */
        private int inflated(byte[] target, int offset, int length) {
            try {
                return super.read(target, offset, length);
            } catch (IOException e) {
                throw Upload.refused(entry.getName(), "is damaged: %s", e.getMessage());
            }
        }
    }
}
