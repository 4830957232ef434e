package dev.finexl.store;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;

/**
 * Maps resources where they lie in a jar, which is possible where they are stored and not compressed, as in the jar that the JVM's AOT
 * cache can hold. Exists because the bundled models are 28 MB that every start would copy to memory that only it uses. Jars are taken
 * not to change while the program runs from them.
 *
 * <p>The JDK does not say where an entry lies, and libraries that do read all of what a jar says of all its entries, dates and all, in
 * code that a start runs for the first time. So the few numbers that it takes are read here, as of APPNOTE.TXT, the description of ZIP
 * files, sections 4.3.7, 4.3.12 and 4.3.16. What is not found so (as in ZIP64) is copied as before.
 */
final class StoredEntries {

    private static final int END = 0x06054b50;
    private static final int END_SIZE = 22;
    private static final int ENTRY = 0x02014b50;
    private static final int ENTRY_SIZE = 46;
    private static final int LOCAL = 0x04034b50;
    private static final int LOCAL_SIZE = 30;

    private static final Map<Path, Map<String, Entry>> JARS = new HashMap<>();

    /**
     * An entry's bytes in its jar.
     *
     * @param header where what the jar says of it right before its bytes begins
     * @param size in bytes
     */
    private record Entry(long header, long size) {}

    private StoredEntries() {}

    /** The bytes of a resource, read-only; empty if it is not one that is stored in a jar on disk. */
    static Optional<MemorySegment> map(URL resource) throws IOException {
        if (!resource.getProtocol().equals("jar")
                || !(resource.openConnection() instanceof JarURLConnection connection)
                || !connection.getJarFileURL().getProtocol().equals("file")) {
            return Optional.empty();
        }
        Path jar = Path.of(URI.create(connection.getJarFileURL().toString()));
        try (FileChannel channel = FileChannel.open(jar)) {
            Entry entry = entries(jar, channel).get(connection.getEntryName());
            if (entry == null) {
                return Optional.empty();
            }
            ByteBuffer local = read(channel, entry.header(), LOCAL_SIZE);
            long begin = entry.header() + LOCAL_SIZE + unsigned16(local, 26) + unsigned16(local, 28);
            if (local.getInt(0) != LOCAL || begin + entry.size() > channel.size()) {
                return Optional.empty();
            }
            return Optional.of(channel.map(MapMode.READ_ONLY, begin, entry.size(), Arena.ofAuto()));
        }
    }

    /** One thread reads a jar; others that want to know of it wait, as they could do no better. */
    private static Map<String, Entry> entries(Path jar, FileChannel channel) throws IOException {
        synchronized (JARS) {
            Map<String, Entry> known = JARS.get(jar);
            if (known == null) {
                known = stored(channel);
                JARS.put(jar, known);
            }
            return known;
        }
    }

    private static Map<String, Entry> stored(FileChannel channel) throws IOException {
        // A comment after the end would hide it, but jars that are built have none.
        ByteBuffer end = read(channel, Math.max(0, channel.size() - END_SIZE), END_SIZE);
        long size = unsigned32(end, 12);
        long begin = unsigned32(end, 16);
        if (end.getInt(0) != END || begin + size > channel.size()) {
            return Map.of();
        }
        Map<String, Entry> stored = new HashMap<>();
        ByteBuffer directory = read(channel, begin, Math.toIntExact(size));
        int at = 0;
        while (at + ENTRY_SIZE <= size && directory.getInt(at) == ENTRY) {
            int method = unsigned16(directory, at + 10);
            long bytes = unsigned32(directory, at + 24);
            int name = unsigned16(directory, at + 28);
            if (method == ZipEntry.STORED && bytes > 0) {
                stored.put(
                        new String(directory.array(), at + ENTRY_SIZE, name, StandardCharsets.UTF_8),
                        new Entry(unsigned32(directory, at + 42), bytes));
            }
            at += ENTRY_SIZE + name + unsigned16(directory, at + 30) + unsigned16(directory, at + 32);
        }
        return stored;
    }

    private static ByteBuffer read(FileChannel channel, long position, int size) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new EOFException("ends after " + channel.size() + " bytes");
            }
        }
        return bytes;
    }

    private static int unsigned16(ByteBuffer bytes, int at) {
        return Short.toUnsignedInt(bytes.getShort(at));
    }

    private static long unsigned32(ByteBuffer bytes, int at) {
        return Integer.toUnsignedLong(bytes.getInt(at));
    }
}
