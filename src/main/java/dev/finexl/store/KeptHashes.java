package dev.finexl.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The SHA-256 of large files, kept on disk from one start of the program to the next. Exists because to read gigabytes takes longer
 * than all else that opening a model does, once its graph is kept: 4.1 s of a UNet of Stable Diffusion 1.5's size, which then
 * opens in 0.4 s ({@code infra/bench/graphs}).
 *
 * <p>There is a small file for each, named after the path, which says in which {@link FileState} the file was. What has no time that
 * nobody can set is not kept. Whoever may write to the folder is trusted. Every failure here means that a file is read
 * again. Thread-safe, also across processes.
 */
final class KeptHashes {

    /** Smaller files are read faster than they are found here. In bytes. */
    private static final long LARGE_FROM = 1 << 20;

    private static final int MOST = 4096;
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private final Path folder;

    /** @param folder made when something is kept */
    KeptHashes(Path folder) {
        this.folder = folder;
    }

    /** What is known of a file in this state. */
    Optional<String> find(Path file, FileState state) {
        if (!isWorthIt(state)) {
            return Optional.empty();
        }
        try {
            List<String> lines = Files.readAllLines(place(file));
            return lines.size() == 2
                            && lines.getFirst().equals(text(state))
                            && SHA256.matcher(lines.get(1)).matches()
                    ? Optional.of(lines.get(1))
                    : Optional.empty();
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /** Keeps what is known of a file in this state. */
    void keep(Path file, FileState state, String sha256) {
        if (isWorthIt(state)) {
            try {
                Files.createDirectories(folder);
                WholeFile.write(place(file), (text(state) + "\n" + sha256).getBytes(StandardCharsets.UTF_8));
                removeOldest();
            } catch (IOException | UncheckedIOException _) {
                // It is read again next time.
            }
        }
    }

    private static boolean isWorthIt(FileState state) {
        return state.size() >= LARGE_FROM && state.unix();
    }

    private Path place(Path file) {
        return folder.resolve(Sha256.of(file.toString()));
    }

    private static String text(FileState state) {
        return "%d %s %s %s".formatted(state.size(), state.modified(), state.changed(), state.fileKey());
    }

    /** Each that is kept makes room for itself, so there is never more than one too many. */
    private void removeOldest() throws IOException {
        List<Path> kept;
        try (Stream<Path> files = Files.list(folder)) {
            kept = files.toList();
        }
        if (kept.size() > MOST) {
            Files.deleteIfExists(Collections.min(kept, Comparator.comparing(KeptHashes::written)));
        }
    }

    private static FileTime written(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
