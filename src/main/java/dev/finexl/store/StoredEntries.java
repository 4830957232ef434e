package dev.finexl.store;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * Maps resources where they lie in a jar, which is possible where they are stored and not compressed, as in the jar that the JVM's AOT
 * cache can hold. Exists because the bundled models are 28 MB that every start would copy to memory that only it uses. Jars are taken
 * not to change while the program runs from them.
 */
final class StoredEntries {

    private static final Map<Path, Map<String, Stretch>> JARS = new ConcurrentHashMap<>();

    /** Where an entry's bytes are in its jar. */
    private record Stretch(long offset, long size) {}

    private StoredEntries() {}

    /** The bytes of a resource, read-only; empty if it is not one that is stored in a jar on disk. */
    static Optional<MemorySegment> map(URL resource) throws IOException {
        if (!resource.getProtocol().equals("jar")
                || !(resource.openConnection() instanceof JarURLConnection connection)
                || !connection.getJarFileURL().getProtocol().equals("file")) {
            return Optional.empty();
        }
        Path jar = Path.of(URI.create(connection.getJarFileURL().toString()));
        Map<String, Stretch> stored = JARS.get(jar);
        if (stored == null) {
            stored = stored(jar);
            JARS.put(jar, stored);
        }
        Stretch stretch = stored.get(connection.getEntryName());
        if (stretch == null) {
            return Optional.empty();
        }
        try (FileChannel channel = FileChannel.open(jar)) {
            return Optional.of(channel.map(MapMode.READ_ONLY, stretch.offset(), stretch.size(), Arena.ofAuto()));
        }
    }

    private static Map<String, Stretch> stored(Path jar) throws IOException {
        Map<String, Stretch> stored = new HashMap<>();
        // What an entry says of itself is only looked at where it is stored.
        try (ZipFile zip =
                ZipFile.builder().setPath(jar).setIgnoreLocalFileHeader(true).get()) {
            for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
                if (entry.getMethod() == ZipEntry.STORED && entry.getSize() > 0) {
                    try (InputStream _ = zip.getRawInputStream(entry)) {
                        stored.put(entry.getName(), new Stretch(entry.getDataOffset(), entry.getSize()));
                    }
                }
            }
        }
        return Map.copyOf(stored);
    }
}
