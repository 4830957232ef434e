package dev.finexl.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.finexl.onnx.SizedSessions.Held;
import dev.finexl.store.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes sessions of ONNX Runtime: of graphs that it optimises now, or that it has optimised before ({@link OptimizedGraphs}).
 *
 * <p>Only graphs whose weights are those of their files are kept, and only for the CPU. What a LoRA makes of a convolution is
 * used once, and on CUDA the copies of the weights would have to travel from the disk at every start to save little of it.
 */
final class SessionOpener {

    /** Where ONNX Runtime looks for external data of a model that it has as bytes, not as a file. */
    private static final String FOLDER = "session.model_external_initializers_file_folder_path";

    private static final String DATA_FILE = "session.optimized_model_external_initializers_file_name";
    private static final String DATA_FROM = "session.optimized_model_external_initializers_min_size_in_bytes";

    /** Changes when the same graph would be written in another way. */
    private static final String FORM = "3";

    private final OnnxRuntime runtime;
    private final Optional<OptimizedGraphs> graphs;
    private final String processor;

    SessionOpener(OnnxRuntime runtime, Optional<OptimizedGraphs> graphs) {
        this.runtime = runtime;
        this.graphs = graphs;
        this.processor = graphs.isPresent() ? OptimizedGraphs.processor() : "";
    }

    /**
     * Opens a session that owns the weights that it is fed; they are closed if it cannot be opened.
     *
     * @param usual the shapes that it is opened for; with others it opens another session when they come
     */
    OnnxSession open(WeightBuffers replaced, FedWeights fed, UsualShapes usual) throws IOException {
        boolean opened = false;
        try {
            Held first = open(replaced, fed.names(), usual);
            OnnxSession session = new OnnxSession(
                    runtime,
                    new SizedSessions(usual, first, () -> open(replaced, fed.names(), UsualShapes.NONE)),
                    replaced,
                    fed);
            opened = true;
            return session;
        } catch (OrtException e) {
            throw new OnnxException(
                    "%s: ONNX Runtime refuses '%s': %s"
                            .formatted(
                                    replaced.graph().files().reference(),
                                    replaced.graph().name(),
                                    e.getMessage()),
                    e);
        } finally {
            if (!opened) {
                fed.close();
            }
        }
    }

    private Held open(WeightBuffers replaced, Set<String> fed, UsualShapes usual) throws IOException, OrtException {
        return replaced.names().isEmpty() && graphs.isPresent()
                ? open(replaced.graph(), fed, usual, graphs.get())
                : optimise(replaced, fed, usual, Optional.empty());
    }

    private Held open(OnnxGraph graph, Set<String> fed, UsualShapes usual, OptimizedGraphs kept)
            throws IOException, OrtException {
        String key = key(graph, fed, usual);
        Optional<Path> file = kept.find(key);
        if (file.isPresent()) {
            try (SessionOptions options = runtime.sessionOptions()) {
                options.setOptimizationLevel(OptLevel.NO_OPT);
                OrtSession session =
                        runtime.environment().createSession(file.get().toString(), options);
                return new Held(session, WeightBuffers.none(graph));
            } catch (OrtException _) {
                kept.remove(key);
            }
        }
        Optional<OptimizedGraphs.Writing> writing = kept.write(key);
        if (writing.isPresent()) {
            try (OptimizedGraphs.Writing place = writing.get()) {
                Held held = optimise(WeightBuffers.none(graph), fed, usual, Optional.of(place.file()));
                // Buffers that were given lie in no file, and what was made of them is not to be used without them.
                if (held.given().names().isEmpty()) {
                    place.keep();
                }
                return held;
            } catch (OrtException _) {
                // Also a disk that is full: without writing it may do.
            }
        }
        return optimise(WeightBuffers.none(graph), fed, usual, Optional.empty());
    }

    /** @param into where the optimised graph is written too */
    private Held optimise(WeightBuffers replaced, Set<String> fed, UsualShapes usual, Optional<Path> into)
            throws IOException, OrtException {
        Map<String, OnnxTensor> tensors = Map.of();
        try (SessionOptions options = runtime.sessionOptions()) {
            if (into.isPresent()) {
                options.setOptimizedModelFilePath(into.get().toString());
                options.addConfigEntry(DATA_FILE, OptimizedGraphs.DATA);
                options.addConfigEntry(DATA_FROM, Long.toString(WeightBuffers.LARGE_FROM));
            }
            SessionFile file = SessionFile.of(replaced, fed, simplification(replaced, usual));
            if (file.folder().isPresent()) {
                options.addConfigEntry(FOLDER, file.folder().get().toString());
            }
            tensors = file.given().tensors(runtime.environment());
            options.addExternalInitializers(new LinkedHashMap<String, OnnxTensorLike>(tensors));
            return new Held(runtime.environment().createSession(file.bytes(), options), file.given());
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    /**
     * Rows that a weight gets besides are none that the graph tells of. On CUDA, operators of ONNX Runtime's own choose by themselves how
     * exactly they compute.
     */
    private Simplification simplification(WeightBuffers replaced, UsualShapes usual) throws IOException {
        boolean fusing = runtime.provider() == OnnxRuntime.Provider.CPU;
        return replaced.rows().isEmpty() ? replaced.graph().simplification(usual, fusing) : Simplification.NONE;
    }

    private String key(OnnxGraph graph, Set<String> fed, UsualShapes usual) throws IOException {
        List<String> parts =
                new ArrayList<>(List.of(FORM, runtime.version(), runtime.providerName(), processor, graph.name()));
        parts.addAll(graph.sha256());
        fed.stream().sorted().forEach(parts::add);
        parts.addAll(usual.words());
        return Sha256.ofLines(parts.stream());
    }
}
