package dev.finexl.onnx;

import dev.finexl.store.ModelFiles;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An ONNX file: its graph, checked, and its weights where they are.
 *
 * <p>Two sessions that differ in a few weights, a base model and the same with a LoRA, are made from one file here: {@link
 * #withExternalInitializers} writes it without its large weights, each of them marked as external. What replaces a weight is
 * then given to ONNX Runtime before it optimises the graph, and what stays is mapped or given as it is; see {@link
 * WeightBuffers}. No weight is ever on the heap.
 */
public final class OnnxGraph {

    /** What the file says, apart from where things are. */
    record Content(
            long irVersion,
            Map<String, Long> opsets,
            List<OnnxNode> nodes,
            Map<String, OnnxInitializer> initializers,
            List<String> inputs,
            List<String> outputs) {

        Content {
            opsets = Collections.unmodifiableMap(opsets);
            nodes = List.copyOf(nodes);
            initializers = Collections.unmodifiableMap(initializers);
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
        }
    }

    private final ModelFiles files;
    private final String name;
    private final MemorySegment bytes;
    private final Content content;
    private final GraphLayout layout;
    private final Map<String, MemorySegment> externalData = new ConcurrentHashMap<>();

    OnnxGraph(ModelFiles files, String name, MemorySegment bytes, Content content, GraphLayout layout) {
        this.files = files;
        this.name = name;
        this.bytes = bytes;
        this.content = content;
        this.layout = layout;
    }

    /**
     * Maps and checks an ONNX file.
     *
     * <p>It is refused if it is no readable protobuf, if an operator is not one of ONNX's, {@code ai.onnx.ml}'s or {@code
     * com.microsoft}'s, if a tensor's bytes are not as many as its shape and type need, or if external data is anywhere but
     * inside the model's files.
     *
     * @param name the file, e.g. {@code unet/model.onnx}
     * @throws dev.finexl.store.ModelFileException if there is no such file or it is refused; the message names it and says
     *     what was expected
     */
    public static OnnxGraph read(ModelFiles files, String name) throws IOException {
        return new OnnxGraphReader(files, name, files.map(name)).read();
    }

    /** The model that the file belongs to. */
    public ModelFiles files() {
        return files;
    }

    /** The file's name in the model. */
    public String name() {
        return name;
    }

    /** The version of the file format. */
    public long irVersion() {
        return content.irVersion();
    }

    /** The version of each operator set that the file imports, by domain; ONNX's own has an empty name. */
    public Map<String, Long> opsets() {
        return content.opsets();
    }

    /** The nodes of the main graph, in the file's order, which is one in which they can be run. */
    public List<OnnxNode> nodes() {
        return content.nodes();
    }

    /** The initializers of the main graph by name, in the file's order. */
    public Map<String, OnnxInitializer> initializers() {
        return content.initializers();
    }

    /** The names of the inputs that a caller feeds; older files list initializers among them, these are left out. */
    public List<String> inputs() {
        return content.inputs();
    }

    /** The names of the outputs. */
    public List<String> outputs() {
        return content.outputs();
    }

    /**
     * The bytes of an initializer where they are, read-only, little-endian, row-major, at any alignment.
     *
     * @throws IllegalArgumentException if it is stored in an {@linkplain OnnxInitializer.Storage.Encoded encoding}
     */
    public MemorySegment bytes(OnnxInitializer initializer) throws IOException {
        return switch (initializer.storage()) {
            case OnnxInitializer.Storage.Inline(long offset) -> bytes.asSlice(offset, initializer.byteSize());
            case OnnxInitializer.Storage.External(String file, long offset) ->
                externalData(file).asSlice(offset, initializer.byteSize());
            case OnnxInitializer.Storage.Encoded() ->
                throw new IllegalArgumentException(
                        "initializer '%s' has no bytes of its own".formatted(initializer.name()));
        };
    }

    private MemorySegment externalData(String file) throws IOException {
        MemorySegment data = externalData.get(file);
        if (data == null) {
            data = files.map(file);
            externalData.put(file, data);
        }
        return data;
    }

    /**
     * The file with the data of some initializers taken out: they become external, pointing to where the data is now, so
     * that a session must be given it. Everything else is as in the file, byte for byte, unknown fields included. Those
     * that are external already stay as they are.
     *
     * @param names initializers of this graph that are not {@linkplain OnnxInitializer.Storage.Encoded encoded}
     * @return a complete ONNX file, to be used with {@code SessionOptions.addExternalInitializers}
     * @throws IllegalArgumentException if a name is not that of such an initializer
     * @throws dev.finexl.store.ModelFileException if what stays is still larger than 256 MiB
     */
    public byte[] withExternalInitializers(Set<String> names) throws IOException {
        return new SkeletonWriter(this, bytes, layout).write(names);
    }
}
