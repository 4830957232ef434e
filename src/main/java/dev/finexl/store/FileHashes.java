package dev.finexl.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Remembers the SHA-256 of files. Exists because every explanation states the hashes of its models' files, which are
 * gigabytes, and finds its models anew: what is known of a file must outlive the object through which it was read.
 *
 * <p>A file is known by its real path and its {@link FileState}; one that has changed, even while it was read, is read again,
 * and so is one that changed so lately that another change might not show.
 * Of more files than fit, those that were asked for least recently are forgotten, unless they are {@linkplain #keepIn kept}. Thread-safe;
 * two threads that ask for the
 * same new file at once may both read it.
 */
public final class FileHashes {

    /** Those of this process. A directory of models has tens of files, and an entry takes some hundred bytes. */
    static final FileHashes SHARED = new FileHashes(4096, FileHashes::read, InstantSource.system());

    /** How a file is hashed. */
    interface Reader {
        String sha256(Path file) throws IOException;
    }

    private record Known(FileState state, String sha256) {}

    private final Reader reader;
    private final InstantSource clock;
    private final Map<Path, Known> known;
    private volatile Optional<KeptHashes> kept = Optional.empty();

    /** @param most how many files are remembered */
    FileHashes(int most, Reader reader, InstantSource clock) {
        this.reader = reader;
        this.clock = clock;
        this.known = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Path, Known> eldest) {
                return size() > most;
            }
        };
    }

    /**
     * Keeps the hashes of large files for the next start of the program.
     *
     * @param folder made if need be; whoever may write to it is trusted
     */
    public static void keepIn(Path folder) {
        SHARED.keep(new KeptHashes(folder));
    }

    void keep(KeptHashes hashes) {
        kept = Optional.of(hashes);
    }

    /**
     * The SHA-256 of a file's bytes in lower-case hexadecimal.
     *
     * @param file a real path
     */
    String sha256(Path file) throws IOException {
        FileState state = FileState.of(file);
        synchronized (known) {
            Known before = known.get(file);
            if (before != null && before.state().equals(state)) {
                return before.sha256();
            }
        }
        Optional<String> found = kept.flatMap(hashes -> hashes.find(file, state));
        if (found.isPresent()) {
            remember(file, state, found.get());
            return found.get();
        }
        Instant seen = clock.instant();
        String sha256 = reader.sha256(file);
        if (state.isSettled(seen) && FileState.of(file).equals(state)) {
            remember(file, state, sha256);
            kept.ifPresent(hashes -> hashes.keep(file, state, sha256));
        }
        return sha256;
    }

    private void remember(Path file, FileState state, String sha256) {
        synchronized (known) {
            known.put(file, new Known(state, sha256));
        }
    }

    private static String read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return Sha256.of(in);
        }
    }
}
