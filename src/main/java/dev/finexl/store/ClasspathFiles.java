package dev.finexl.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.SoftReference;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * A model that is bundled with the program: the files below one folder of the class path.
 *
 * <p>A resource that is compressed in its jar has no address on disk, so it cannot be mapped. {@link #map} copies such a one once
 * into native memory and hands the same copy to everybody until the heap runs short.
 */
public final class ClasspathFiles implements ModelFiles {

    private static final int BUFFER = 1 << 16;

    private final String reference;
    private final ClassLoader loader;
    private final String prefix;
    private final Function<String, Optional<String>> shipped;
    private final Map<String, SoftReference<MemorySegment>> copies = new HashMap<>();
    /** Of names that were asked for, which are those that the program and its own models know. */
    private final Map<String, Boolean> present = new ConcurrentHashMap<>();

    private final Map<String, String> hashes = new ConcurrentHashMap<>();

    /**
     * @param reference how messages and provenance call the model
     * @param loader the class loader whose resources are meant
     * @param folder the folder on the class path, e.g. {@code models/mini-diffusion}
     */
    public ClasspathFiles(String reference, ClassLoader loader, String folder) {
        this(reference, loader, folder, name -> Optional.empty());
    }

    /** @param shipped the SHA-256 of files that are known without reading them, by name */
    ClasspathFiles(String reference, ClassLoader loader, String folder, Function<String, Optional<String>> shipped) {
        this.reference = reference;
        this.loader = loader;
        this.prefix = FileNames.check(this, folder) + "/";
        this.shipped = shipped;
    }

    @Override
    public String reference() {
        return reference;
    }

    @Override
    public boolean has(String name) {
        return present.computeIfAbsent(name, this::find);
    }

    private boolean find(String name) {
        FileNames.check(this, name);
        URL url = loader.getResource(prefix + name);
        return url != null && !isFolder(url, name);
    }

    @Override
    public List<String> names() {
        return List.of();
    }

    /** What is bundled cannot change while the program runs. */
    @Override
    public String fingerprint() {
        return "bundled";
    }

    @Override
    public long size(String name) {
        requireFile(name);
        try {
            URLConnection connection = loader.getResource(prefix + name).openConnection();
            connection.setUseCaches(false);
            // The stream is opened also where only the length is asked for: closing it is what frees the jar.
            try (InputStream in = connection.getInputStream()) {
                long length = connection.getContentLengthLong();
                return length >= 0 ? length : in.transferTo(OutputStream.nullOutputStream());
            }
        } catch (IOException e) {
            throw new ModelFileException(this, name, "cannot be read", e);
        }
    }

    @Override
    public InputStream open(String name) {
        requireFile(name);
        return loader.getResourceAsStream(prefix + name);
    }

    @Override
    public synchronized MemorySegment map(String name) throws IOException {
        SoftReference<MemorySegment> known = copies.get(name);
        MemorySegment copy = known == null ? null : known.get();
        if (copy == null) {
            copy = mapOrCopy(name).asReadOnly();
            copies.put(name, new SoftReference<>(copy));
        }
        return copy;
    }

    @Override
    public String sha256(String name) throws IOException {
        Optional<String> known = shipped.apply(name).or(() -> Optional.ofNullable(hashes.get(name)));
        if (known.isPresent()) {
            return known.get();
        }
        try (InputStream in = open(name)) {
            String hash = Sha256.of(in);
            hashes.put(name, hash);
            return hash;
        }
    }

    private MemorySegment mapOrCopy(String name) throws IOException {
        requireFile(name);
        Optional<MemorySegment> mapped = StoredEntries.map(loader.getResource(prefix + name));
        return mapped.isPresent() ? mapped.get() : copy(name);
    }

    private MemorySegment copy(String name) throws IOException {
        MemorySegment copy = NativeMemory.allocate(size(name));
        byte[] buffer = new byte[BUFFER];
        long offset = 0;
        try (InputStream in = open(name)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                MemorySegment.copy(buffer, 0, copy, ValueLayout.JAVA_BYTE, offset, n);
                offset += n;
            }
        }
        if (offset != copy.byteSize()) {
            throw new ModelFileException(
                    this, name, "ended after %d of its %d bytes".formatted(offset, copy.byteSize()));
        }
        return copy;
    }

    private void requireFile(String name) {
        if (!has(name)) {
            throw new ModelFileException(this, name, "does not exist");
        }
    }

    /** Class loaders find folders too: as a directory, or in a jar as an entry whose name ends with a slash. */
    private boolean isFolder(URL url, String name) {
        if (url.getProtocol().equals("file")) {
            return !Files.isRegularFile(Path.of(URI.create(url.toString())));
        }
        return loader.getResource(prefix + name + "/") != null;
    }
}
