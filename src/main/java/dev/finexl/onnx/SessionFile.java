package dev.finexl.onnx;

import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Decides for each weight of a graph how it reaches a session, so that none is in memory twice once the session is open.
 *
 * <ul>
 *   <li>What is fed at every run is an input of the graph, and the session has nothing of it.
 *   <li>What is replaced is given to ONNX Runtime as a buffer, before it optimises the graph. It copies such buffers, so only
 *       merged weights, and external data that is not on disk, go this way.
 *   <li>What lies on disk ONNX Runtime maps from there by itself ({@code session.model_external_initializers_file_folder_path}),
 *       and keeps mapped, or lets go once it has reordered it. The session's file then holds no large weight.
 *   <li>The rest stays in the session's file, from which ONNX Runtime makes its one copy.
 * </ul>
 *
 * @param bytes a complete ONNX file
 * @param folder where the data lies that ONNX Runtime maps, if any
 * @param given the buffers for {@code SessionOptions.addExternalInitializers}
 */
record SessionFile(byte[] bytes, Optional<Path> folder, WeightBuffers given) {

    /**
     * @param replaced weights that are not as in the graph's file
     * @param fed names of the weights that every run is fed, none of them replaced
     * @param simplification what becomes of the nodes
     * @throws ModelFileException if a weight can reach the session in none of these ways
     */
    static SessionFile of(WeightBuffers replaced, Set<String> fed, Simplification simplification) throws IOException {
        OnnxGraph graph = replaced.graph();
        Optional<Path> folder = folder(graph.files(), graph.name());
        Set<String> external = new LinkedHashSet<>(replaced.names());
        Set<String> unmapped = new LinkedHashSet<>();
        for (OnnxInitializer initializer : graph.initializers().values()) {
            String name = initializer.name();
            if (fed.contains(name) || replaced.names().contains(name)) {
                continue;
            }
            switch (initializer.storage()) {
                case OnnxInitializer.Storage.External(String file, long _) -> {
                    if (folder.isEmpty() || !folder(graph.files(), file).equals(folder)) {
                        unmapped.add(name);
                    }
                }
                case OnnxInitializer.Storage.Inline(long _) -> {
                    if (folder.isPresent() && initializer.byteSize() >= WeightBuffers.LARGE_FROM) {
                        external.add(name);
                    }
                }
                case OnnxInitializer.Storage.Encoded() -> {
                    // Stays where it is: it is only found in files of old exporters, for small tensors.
                }
            }
        }
        return new SessionFile(
                graph.skeleton(external, fed, replaced.rows(), simplification),
                folder,
                replaced.withOriginals(unmapped));
    }

    /** The folder in which ONNX Runtime finds a file under its own name; empty if it is not on disk, or is a link. */
    private static Optional<Path> folder(ModelFiles files, String name) {
        return files.path(name)
                .filter(path -> path.endsWith(name.substring(name.lastIndexOf('/') + 1)))
                .map(Path::getParent);
    }
}
