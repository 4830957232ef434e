package dev.finexl.store;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A directory of results that can be made again, and that therefore may be thrown away: when all of them together take
 * more than a budget, those that were read or written least recently go until a tenth of the budget is free. Several
 * processes may share it; each looks at the whole when it has written a tenth of the budget itself, so that the directory
 * stays below the budget times one and a tenth for each process.
 */
public final class CacheDirectory implements ResultStore {

    private static final double FREE = 0.1;

    private final Path directory;
    private final DirectoryResults results;
    private final long budget;
    private final AtomicLong written = new AtomicLong();

    /**
     * @param directory made when it is first written to
     * @param budget bytes that all results together may take
     */
    public CacheDirectory(Path directory, long budget) {
        this.directory = directory;
        this.results = new DirectoryResults(directory);
        this.budget = budget;
    }

    @Override
    public Optional<byte[]> get(String key) {
        Optional<byte[]> found = results.get(key);
        found.ifPresent(_ -> touch(Path.of(results.describe(key))));
        return found;
    }

    /** The time of last use is the file's own, so that all processes see it. That it cannot be set does no harm. */
    private static void touch(Path file) {
        try {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
        } catch (IOException readOnlyOrGone) {
            return;
        }
    }

    @Override
    public void put(String key, byte[] body, String contentType) {
        results.put(key, body, contentType);
        count(body.length);
    }

    @Override
    public boolean putIfAbsent(String key, byte[] body, String contentType) {
        boolean kept = results.putIfAbsent(key, body, contentType);
        count(body.length);
        return kept;
    }

    @Override
    public void delete(String key) {
        results.delete(key);
    }

    @Override
    public String describe(String key) {
        return results.describe(key);
    }

    private void count(long bytes) {
        if (written.addAndGet(bytes) > FREE * budget) {
            written.set(0);
            try {
                sweep();
            } catch (IOException e) {
                throw new StorageException("the cache %s cannot be swept: %s".formatted(directory, e.getMessage()), e);
            }
        }
    }

    private record Known(Path file, long bytes, FileTime used) {}

    /** Removes what was used least recently, if there is too much. */
    void sweep() throws IOException {
        List<Known> files = new ArrayList<>();
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile()) {
                    files.add(new Known(file, attributes.size(), attributes.lastModifiedTime()));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException removedByAnother) {
                return FileVisitResult.CONTINUE;
            }
        });
        long total = files.stream().mapToLong(Known::bytes).sum();
        if (total <= budget) {
            return;
        }
        files.sort(Comparator.comparing(Known::used));
        for (Known file : files) {
            if (total <= (1 - FREE) * budget) {
                return;
            }
            Files.deleteIfExists(file.file());
            total -= file.bytes();
        }
    }
}
