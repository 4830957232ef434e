package dev.finexl.onnx;

import dev.finexl.store.Folders;
import dev.finexl.store.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Graphs as ONNX Runtime has optimised them, kept on disk. Exists because optimising is most of what opening a session takes,
 * and its result depends on nothing but the model, the version of ONNX Runtime, the provider and the features of the
 * processor, all of which are part of the key. A UNet of Stable Diffusion 1.5's size opens in 0.3 s instead of 6.1 s, the
 * miniature's five graphs in a third of the time ({@code infra/bench/graphs}).
 *
 * <p>A graph is a folder: it is written aside and renamed when it is whole and on the disk, so a process that dies leaves
 * nothing that would be trusted. Of two processes that write the same one, the first keeps it. What does not fit the budget is
 * removed, the least recently used first; a session that is open has its file mapped and does not notice. Whoever may write
 * to the folder is trusted: what is found is not checked again.
 *
 * <p>Every failure here means that a graph is not kept, and is optimised again next time. Thread-safe, also across processes.
 */
final class OptimizedGraphs {

    /** The graph's file in its folder. */
    private static final String MODEL = "model.onnx";

    /** The large weights beside it: a file of Protocol Buffers ends at 2 GiB. */
    static final String DATA = "model.onnx.data";

    private static final String ASIDE = ".new-";
    /** No process writes a graph for so long. */
    private static final Duration ABANDONED = Duration.ofHours(1);

    private static final Path PROCESSOR = Path.of("/proc/cpuinfo");

    private final Path folder;
    private final long budget;

    OptimizedGraphs(OnnxSettings.Graphs settings) {
        this.folder = settings.folder();
        this.budget = settings.budget();
    }

    /** What of the processor decides how a graph is laid out for it. */
    static String processor() {
        String features = "";
        try (Stream<String> lines = Files.lines(PROCESSOR)) {
            features = lines.filter(line -> line.startsWith("flags") || line.startsWith("Features"))
                    .findFirst()
                    .orElse("");
        } catch (IOException | RuntimeException _) {
            // A system without that file; its architecture has to do.
        }
        return System.getProperty("os.arch") + " " + Sha256.of(features);
    }

    /** The file of a graph that is kept. */
    Optional<Path> find(String key) {
        Path file = folder.resolve(key).resolve(MODEL);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            Files.setLastModifiedTime(file.getParent(), FileTime.from(Instant.now()));
        } catch (IOException _) {
            // It cannot be said that it was used, in a folder that may only be read.
        }
        return Optional.of(file);
    }

    /** Removes a graph that ONNX Runtime does not take. */
    void remove(String key) {
        delete(folder.resolve(key));
    }

    /** A place to write a graph to; empty if nothing can be written. */
    Optional<Writing> write(String key) {
        try {
            Files.createDirectories(folder);
            removeAbandoned();
            return Optional.of(new Writing(key, Files.createTempDirectory(folder, ASIDE)));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /** A graph that is being written. What is not {@linkplain #keep kept} is removed when this is closed. */
    final class Writing implements AutoCloseable {

        private final String key;
        private final Path aside;

        private Writing(String key, Path aside) {
            this.key = key;
            this.aside = aside;
        }

        /** Where ONNX Runtime is to write the graph. */
        Path file() {
            return aside.resolve(MODEL);
        }

        /** Keeps what was written. */
        void keep() {
            try {
                for (Path file : children(aside)) {
                    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                        channel.force(true);
                    }
                }
                Files.move(aside, folder.resolve(key), StandardCopyOption.ATOMIC_MOVE);
                evict();
            } catch (IOException | UncheckedIOException _) {
                // It is there already, or the disk is full.
            }
        }

        @Override
        public void close() {
            delete(aside);
        }
    }

    private record Kept(Path folder, FileTime used, long bytes) {}

    private void evict() throws IOException {
        List<Kept> all = new ArrayList<>();
        for (Path graph : children(folder)) {
            if (!graph.getFileName().toString().startsWith(ASIDE)) {
                all.add(new Kept(graph, Files.getLastModifiedTime(graph), Folders.bytes(graph)));
            }
        }
        all.sort(Comparator.comparing(Kept::used));
        long bytes = all.stream().mapToLong(Kept::bytes).sum();
        for (Kept oldest : all) {
            if (bytes <= budget) {
                return;
            }
            delete(oldest.folder());
            bytes -= oldest.bytes();
        }
    }

    private void removeAbandoned() throws IOException {
        Instant limit = Instant.now().minus(ABANDONED);
        for (Path graph : children(folder)) {
            if (graph.getFileName().toString().startsWith(ASIDE)
                    && Files.getLastModifiedTime(graph).toInstant().isBefore(limit)) {
                delete(graph);
            }
        }
    }

    private static List<Path> children(Path folder) throws IOException {
        List<Path> children = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            stream.forEach(children::add);
        }
        return children;
    }

    private static void delete(Path graph) {
        try {
            Folders.remove(graph);
        } catch (IOException | UncheckedIOException _) {
            // Another process was faster, or what is left is in the way of nobody.
        }
    }
}
