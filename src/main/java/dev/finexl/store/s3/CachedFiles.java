package dev.finexl.store.s3;

import dev.finexl.store.DirectoryFiles;
import dev.finexl.store.ModelFiles;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model in the cache, which stays there as long as anything refers to this object. Exists because models are not closed:
 * they are opened from their files, stay open as long as somebody may use them, and read more of their files then. So the end
 * of a model's use is that nothing can reach it any more, as it is for the memory that its files are mapped to.
 */
final class CachedFiles implements ModelFiles {

    private static final Cleaner CLEANER = Cleaner.create();

    private final DirectoryFiles files;
    private final String view;
    private final Map<String, String> hashes;

    /**
     * @param folder of the model in the cache
     * @param view what names the model's content
     * @param hashes SHA-256 of each of its files
     * @param end gives up the use of the model; it must not refer to this object
     */
    CachedFiles(String reference, Path folder, String view, Map<String, String> hashes, Runnable end) {
        this.files = new DirectoryFiles(reference, folder);
        this.view = view;
        this.hashes = Map.copyOf(hashes);
        CLEANER.register(this, end);
    }

    @Override
    public String reference() {
        return files.reference();
    }

    @Override
    public boolean has(String name) {
        return files.has(name);
    }

    @Override
    public List<String> names() {
        return files.names();
    }

    @Override
    public long size(String name) {
        return files.size(name);
    }

    @Override
    public InputStream open(String name) throws IOException {
        return files.open(name);
    }

    @Override
    public MemorySegment map(String name) throws IOException {
        return files.map(name);
    }

    @Override
    public Optional<Path> path(String name) {
        return files.path(name);
    }

    /** The content, not the files: those of the same content are other ones once they were removed and got again. */
    @Override
    public String fingerprint() {
        return view;
    }

    /** As it was computed of what was downloaded: reading gigabytes again would tell nothing new. */
    @Override
    public String sha256(String name) throws IOException {
        String hash = hashes.get(name);
        return hash == null ? files.sha256(name) : hash;
    }
}
