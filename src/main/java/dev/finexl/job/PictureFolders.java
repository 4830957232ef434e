package dev.finexl.job;

import dev.finexl.account.Tenant;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.store.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Where uploaded pictures wait for their explanation: a folder for each, with one folder for each side. Exists because a
 * process may end between any two steps: the folder is made before the job that owns it, and removed after that has
 * ended, so a folder that belongs to no unfinished job is swept once it is too old to be one that is just being filled.
 *
 * <p>Nothing is touched before the first use. Thread-safe.
 */
public final class PictureFolders {

    /** Longer than receiving an upload can take. */
    static final Duration ORPHAN = Duration.ofHours(1);

    private static final String PLACE = "place";

    private final Path root;
    private final UploadRoom room;
    private String place;
    private boolean counted;

    /**
     * @param root folder for all of them; made if need be
     * @param room that they take
     */
    public PictureFolders(Path root, UploadRoom room) {
        this.root = root;
        this.room = room;
    }

    /**
     * What tells this place from those of other processes that share the database but not the disk.
     *
     * @throws UncheckedIOException if the folder cannot be used
     */
    synchronized String place() {
        if (place == null) {
            Path file = root.resolve(PLACE);
            try {
                Files.createDirectories(root);
                try {
                    Path aside = Files.writeString(
                            root.resolve(UUID.randomUUID() + ".part"),
                            UUID.randomUUID().toString());
                    try {
                        Files.createLink(file, aside);
                    } finally {
                        Files.delete(aside);
                    }
                } catch (FileAlreadyExistsException _) {
                    // Another process, or an earlier run of this one, has named the place.
                }
                place = Files.readString(file, StandardCharsets.US_ASCII).strip();
            } catch (IOException e) {
                throw new UncheckedIOException("the folder %s cannot be used: %s".formatted(root, e), e);
            }
        }
        return place;
    }

    /** A new folder, empty, for what is uploaded under an identifier. */
    Path create(String id) throws IOException {
        countOnce();
        Path folder = root.resolve(id);
        for (Side side : Side.values()) {
            Files.createDirectories(folder.resolve(side.key()));
        }
        return folder;
    }

    /**
     * Takes room for a part of an upload.
     *
     * @throws UploadRoom.FullException if there is none
     */
    void take(String id, long bytes) {
        room.take(id, bytes);
    }

    /** Counts what is uploaded under an identifier among a tenant's. */
    void assign(String id, Tenant tenant) {
        room.assign(id, tenant);
    }

    /** What an earlier run of the process has left takes room as well. */
    private synchronized void countOnce() throws IOException {
        if (counted || !Files.isDirectory(root)) {
            counted = true;
            return;
        }
        try (Stream<Path> children = Files.list(root)) {
            for (Path child : children.filter(Files::isDirectory).toList()) {
                room.occupy(child.getFileName().toString(), Folders.bytes(child));
            }
        }
        counted = true;
    }

    /** The folders of an upload by the names under which a request calls them. */
    public Map<String, Path> sides(String id) {
        Map<String, Path> sides = new LinkedHashMap<>();
        for (Side side : Side.values()) {
            sides.put(side.key(), root.resolve(id).resolve(side.key()));
        }
        return sides;
    }

    /** Removes what was uploaded under an identifier, if anything was. */
    public void remove(String id) {
        remove(root.resolve(id));
    }

    /** Removes every folder that is older than an hour and not among the identifiers. */
    void sweep(Set<String> kept) throws IOException {
        if (!Files.isDirectory(root)) {
            return;
        }
        Instant orphaned = Instant.now().minus(ORPHAN);
        try (Stream<Path> children = Files.list(root)) {
            for (Path child : children.filter(Files::isDirectory).toList()) {
                if (!kept.contains(child.getFileName().toString())
                        && Files.getLastModifiedTime(child).toInstant().isBefore(orphaned)) {
                    remove(child);
                }
            }
        }
    }

    private void remove(Path folder) {
        try {
            Folders.remove(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("the folder %s cannot be removed: %s".formatted(folder, e), e);
        }
        room.leave(folder.getFileName().toString());
    }
}
