package dev.finexl.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/**
 * What tells one state of a file from another without reading it.
 *
 * @param size in bytes
 * @param modified when it was last written to
 * @param fileKey the inode where the file system has such, else null
 */
record FileState(long size, FileTime modified, Object fileKey) {

    static FileState of(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new FileState(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
    }
}
