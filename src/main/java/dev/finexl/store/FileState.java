package dev.finexl.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * What tells one state of a file from another without reading it.
 *
 * @param size in bytes
 * @param modified when it was last written to, as whoever wrote it may also have set it
 * @param changed when the file or what is said of it last changed, which nobody can set; the same as {@code modified} where
 *     the file system has no such time
 * @param fileKey the inode where the file system has such, else null
 * @param unix whether {@code changed} is a time that nobody can set
 */
record FileState(long size, FileTime modified, FileTime changed, Object fileKey, boolean unix) {

    /** The coarsest clock of a file system in use. */
    private static final Duration GRAIN = Duration.ofSeconds(2);

    private static final String BASIC = "size,lastModifiedTime,fileKey";
    private static final String UNIX = "unix:ctime," + BASIC;

    static FileState of(Path file) throws IOException {
        boolean unix = file.getFileSystem().supportedFileAttributeViews().contains("unix");
        Map<String, Object> attributes = Files.readAttributes(file, unix ? UNIX : BASIC);
        FileTime modified = (FileTime) attributes.get("lastModifiedTime");
        return new FileState(
                (long) attributes.get("size"),
                modified,
                (FileTime) attributes.getOrDefault("ctime", modified),
                attributes.get("fileKey"),
                unix);
    }

    /**
     * Whether a later change is sure to show. A file may change twice within one tick of its file system's clock, and the
     * second time leaves no trace.
     *
     * @param seen when the file was in this state
     */
    boolean isSettled(Instant seen) {
        return changed.toInstant().plus(GRAIN).isBefore(seen);
    }
}
