package dev.finexl.store;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A model in a directory of the local disk.
 *
 * <p>The hard part is that names come from outside (requests, and files of the model itself that name other files), so
 * a name is checked twice: as text, and after all symbolic links are followed, when it must still be under the
 * directory's real path.
 *
 * <p>Files are mapped, not read. Whoever may write to the directory is trusted not to truncate a file that is in use: the
 * operating system ends a process that touches a mapped page that no longer exists.
 */
public final class DirectoryFiles implements ModelFiles {

    /** A model's folders are few and flat; what lies deeper, or comes after so many files, is none of its parts. */
    private static final int MOST_FOLDERS = 4;

    private static final int MOST_FILES = 10_000;

    private final String reference;
    private final Path root;

    /**
     * @param reference how messages and provenance call the model
     * @param directory the model's directory; it may itself be a symbolic link
     * @throws ModelFileException if there is no such directory
     */
    public DirectoryFiles(String reference, Path directory) {
        this.reference = reference;
        try {
            this.root = directory.toRealPath();
        } catch (IOException e) {
            throw new ModelFileException("%s: the directory does not exist or cannot be read".formatted(reference), e);
        }
        if (!Files.isDirectory(root)) {
            throw new ModelFileException("%s: is not a directory".formatted(reference));
        }
    }

    /** Whether the model lies in a folder, which is given with all links followed. */
    boolean isBelow(Path folder) {
        return root.startsWith(folder);
    }

    @Override
    public String reference() {
        return reference;
    }

    @Override
    public boolean has(String name) {
        try {
            return Files.isRegularFile(resolve(name));
        } catch (IOException _) {
            return false;
        }
    }

    @Override
    public List<String> names() {
        try (Stream<Path> children = Files.list(root)) {
            return children.filter(Files::isRegularFile)
                    .map(child -> child.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new ModelFileException("%s: the directory cannot be listed: %s".formatted(reference, e), e);
        }
    }

    @Override
    public String fingerprint() {
        try (Stream<Path> files = Files.walk(root, MOST_FOLDERS)) {
            StringBuilder states = new StringBuilder();
            for (Path file : files.filter(Files::isRegularFile)
                    .sorted()
                    .limit(MOST_FILES)
                    .toList()) {
                states.append(root.relativize(file)).append(FileState.of(file)).append('\n');
            }
            return Sha256.of(states.toString());
        } catch (IOException e) {
            throw new ModelFileException("%s: the directory cannot be listed: %s".formatted(reference, e), e);
        }
    }

    @Override
    public long size(String name) {
        try {
            return Files.size(regularFile(name));
        } catch (IOException e) {
            throw new ModelFileException(this, name, "cannot be read", e);
        }
    }

    @Override
    public InputStream open(String name) throws IOException {
        return Files.newInputStream(regularFile(name));
    }

    @Override
    public MemorySegment map(String name) throws IOException {
        try (FileChannel channel = FileChannel.open(regularFile(name), StandardOpenOption.READ)) {
            return channel.map(MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
        }
    }

    @Override
    public Optional<Path> path(String name) {
        return Optional.of(regularFile(name));
    }

    @Override
    public String sha256(String name) throws IOException {
        return FileHashes.SHARED.sha256(regularFile(name));
    }

    private Path regularFile(String name) {
        Path file;
        try {
            file = resolve(name);
        } catch (IOException e) {
            throw new ModelFileException(this, name, "does not exist or cannot be read", e);
        }
        if (!Files.isRegularFile(file)) {
            throw new ModelFileException(this, name, "is not a regular file");
        }
        return file;
    }

    /** The real path of an existing file or folder. */
    private Path resolve(String name) throws IOException {
        Path path;
        try {
            path = root.resolve(FileNames.check(this, name));
        } catch (InvalidPathException e) {
            throw new ModelFileException(this, name, "has a name that this system does not allow", e);
        }
        Path real = path.toRealPath();
        if (!real.startsWith(root)) {
            throw FileNames.refused(this, name);
        }
        return real;
    }
}
