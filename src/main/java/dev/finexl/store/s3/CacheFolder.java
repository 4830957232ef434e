package dev.finexl.store.s3;

import dev.finexl.store.Folders;
import dev.finexl.store.Sha256;
import dev.finexl.store.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Where everything lies in the cache, and the steps by which it changes. Exists because a process may be killed between any
 * two of them: each step leaves a cache in which nothing is wrong, at worst something useless.
 *
 * <pre>
 * objects/HASH        an object's bytes, under the SHA-256 of its content
 * index/ID            which state of an object in storage has which hash
 * views/VIEW/NAME     a model: links to its objects, under the names that it knows its files by
 * views/~UUID/NAME    a model that is being put together or taken apart
 * reserved/~UUID      the bytes that are still to come for it
 * parts/ID            an object that is being downloaded
 * locks/…             see {@link CacheLocks}
 * </pre>
 *
 * <p>A model's files are hard links: native code that is given a symbolic one looks for a graph's weights beside the link's
 * target. The folder must be on a file system that has hard links. All methods are for callers that hold the mutex.
 */
final class CacheFolder {

    private static final String UNFINISHED = "~";
    private static final int INDEX_LINES = 3;

    private final Path objects;
    private final Path index;
    private final Path views;
    private final Path reserved;
    private final Path parts;
    private final Path locks;

    /** Opens a cache, or makes an empty one. */
    CacheFolder(Path folder) throws IOException {
        // The number is that of this layout: a program with another one leaves this one's files alone.
        Path root = Files.createDirectories(folder.resolve("v1")).toRealPath();
        objects = Files.createDirectories(root.resolve("objects"));
        index = Files.createDirectories(root.resolve("index"));
        views = Files.createDirectories(root.resolve("views"));
        reserved = Files.createDirectories(root.resolve("reserved"));
        parts = Files.createDirectories(root.resolve("parts"));
        locks = Files.createDirectories(root.resolve("locks"));
    }

    Path locks() {
        return locks;
    }

    /** Where an object is downloaded to, by whoever holds the object's lock. */
    Path part(String id) {
        return parts.resolve(id);
    }

    Path view(String view) {
        return views.resolve(view);
    }

    /** What names a model: the names and contents of all its files. */
    static String viewOf(SortedMap<String, String> hashes) {
        StringBuilder lines = new StringBuilder();
        hashes.forEach(
                (name, hash) -> lines.append(hash).append(' ').append(name).append('\n'));
        return Sha256.of(lines.toString());
    }

    /** The hash of an object in the state that is asked for, if its bytes are here. */
    Optional<String> known(String id, S3Object object) throws IOException {
        List<String> lines = indexLines(index.resolve(id));
        boolean same = lines.size() == INDEX_LINES
                && lines.getFirst().equals(object.etag())
                && lines.get(1).equals(Long.toString(object.size()));
        return same && hasBytes(lines.getLast(), object.size()) ? Optional.of(lines.getLast()) : Optional.empty();
    }

    /** Takes over an object's bytes, which were downloaded whole and have this hash. */
    void keep(String id, S3Object object, String hash) throws IOException {
        if (hasBytes(hash, object.size())) {
            Files.delete(part(id));
        } else {
            Files.move(part(id), objects.resolve(hash), StandardCopyOption.REPLACE_EXISTING);
        }
        String lines = "%s\n%d\n%s\n".formatted(object.etag(), object.size(), hash);
        WholeFile.write(index.resolve(id), lines.getBytes(StandardCharsets.UTF_8));
    }

    /** Begins a model. */
    String begin(long stillToCome) throws IOException {
        String view = UNFINISHED + UUID.randomUUID();
        reserve(view, stillToCome);
        Files.createDirectory(view(view));
        return view;
    }

    /** Says how many bytes are still to come for a model that is being put together. */
    void reserve(String view, long stillToCome) throws IOException {
        WholeFile.write(reserved.resolve(view), Long.toString(stillToCome).getBytes(StandardCharsets.UTF_8));
    }

    /** Puts an object whose bytes are here into a model. */
    void link(String view, String name, String hash) throws IOException {
        Path file = view(view).resolve(name);
        Files.createDirectories(file.getParent());
        try {
            Files.createLink(file, objects.resolve(hash));
        } catch (UnsupportedOperationException e) {
            throw new IOException("expected a file system with hard links", e);
        }
    }

    /** Whether a model is here, made of just these objects. */
    boolean isWhole(String view, SortedMap<String, String> hashes) throws IOException {
        for (Map.Entry<String, String> file : hashes.entrySet()) {
            Path linked = view(view).resolve(file.getKey());
            if (!Files.exists(linked) || !Files.isSameFile(linked, objects.resolve(file.getValue()))) {
                return false;
            }
        }
        return true;
    }

    /** Makes a model that is complete available under its name, in place of a damaged one. */
    void publish(String unfinished, String view) throws IOException {
        if (Files.exists(view(view))) {
            discard(view);
        }
        Files.move(view(unfinished), view(view), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Takes a model apart; its objects stay. */
    void discard(String view) throws IOException {
        Path folder = view(view);
        if (!view.startsWith(UNFINISHED) && Files.exists(folder)) {
            // Before its first file goes: a model that lacks some must not be found.
            Path aside = views.resolve(UNFINISHED + UUID.randomUUID());
            folder = Files.move(folder, aside, StandardCopyOption.ATOMIC_MOVE);
        }
        Folders.remove(folder);
        Files.deleteIfExists(reserved.resolve(view));
    }

    /** The models that are available. */
    List<String> available() throws IOException {
        return names(views).stream()
                .filter(name -> !name.startsWith(UNFINISHED))
                .toList();
    }

    /** Notes that a model is used now. */
    void touch(String view) throws IOException {
        Files.setLastModifiedTime(view(view), FileTime.from(Instant.now()));
    }

    FileTime lastUsed(String view) throws IOException {
        return Files.getLastModifiedTime(view(view));
    }

    /** The models that are being put together or taken apart, by whoever holds their locks, or by nobody any more. */
    Set<String> unfinished() throws IOException {
        Set<String> names = new HashSet<>(names(views));
        names.addAll(names(reserved));
        names.removeIf(name -> !name.startsWith(UNFINISHED));
        return names;
    }

    /** The objects that are being downloaded, by whoever holds their locks, or by nobody any more. */
    Set<String> downloads() throws IOException {
        return new HashSet<>(names(parts));
    }

    /** The bytes of all objects that are here, or for which there must be room. */
    long used() throws IOException {
        long used = 0;
        for (String name : names(objects)) {
            used += Files.size(objects.resolve(name));
        }
        for (String name : unfinished()) {
            used += stillToCome(name);
        }
        return used;
    }

    /** Deletes the objects that belong to no model, and what the index says of them. */
    void deleteOrphans() throws IOException {
        Set<Object> linked = new HashSet<>();
        try (Stream<Path> files = Files.walk(views)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                linked.add(inode(file));
            }
        }
        boolean deleted = false;
        for (String name : names(objects)) {
            Path bytes = objects.resolve(name);
            if (!linked.contains(inode(bytes))) {
                Files.delete(bytes);
                deleted = true;
            }
        }
        if (deleted) {
            cleanIndex();
        }
    }

    private void cleanIndex() throws IOException {
        for (String name : names(index)) {
            List<String> lines = indexLines(index.resolve(name));
            if (lines.size() != INDEX_LINES || !Files.exists(objects.resolve(lines.getLast()))) {
                Files.delete(index.resolve(name));
            }
        }
    }

    private boolean hasBytes(String hash, long size) throws IOException {
        Path bytes = objects.resolve(hash);
        return Files.exists(bytes) && Files.size(bytes) == size;
    }

    private long stillToCome(String view) throws IOException {
        try {
            return Long.parseLong(Files.readString(reserved.resolve(view)));
        } catch (NoSuchFileException | NumberFormatException _) {
            return 0;
        }
    }

    private static List<String> indexLines(Path entry) throws IOException {
        try {
            return Files.readAllLines(entry);
        } catch (NoSuchFileException | java.nio.charset.MalformedInputException _) {
            return List.of();
        }
    }

    private static Object inode(Path file) throws IOException {
        Object inode = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        if (inode == null) {
            throw new IOException("expected a file system with inodes at " + file.getParent());
        }
        return inode;
    }

    /** The names of the files in a folder. */
    static List<String> names(Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        }
        return names;
    }
}
