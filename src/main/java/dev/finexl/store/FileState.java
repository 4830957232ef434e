package dev.finexl.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;

/**
 * What tells one state of a file from another without reading it.
 *
 * @param size in bytes
 * @param modified when it was last written to, as whoever wrote it may also have set it
 * @param changed when the file or what is said of it last changed, which nobody can set; the same as {@code modified} where
 *     the file system has no such time
 * @param fileKey the inode where the file system has such, else null
 */
record FileState(long size, FileTime modified, FileTime changed, Object fileKey) {

    /** The coarsest clock of a file system in use. */
    private static final Duration GRAIN = Duration.ofSeconds(2);

    static FileState of(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        FileTime modified = attributes.lastModifiedTime();
        FileTime changed = Files.getFileStore(file).supportsFileAttributeView("unix")
                ? (FileTime) Files.getAttribute(file, "unix:ctime")
                : modified;
        return new FileState(attributes.size(), modified, changed, attributes.fileKey());
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
