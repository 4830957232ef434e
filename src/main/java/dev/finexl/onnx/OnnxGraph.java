package dev.finexl.onnx;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * An ONNX file: its graph, checked, and its weights where they are.
 *
 * <p>Sessions are made from a {@linkplain #skeleton skeleton} of it. The graph itself keeps no weight in memory: files are
 * mapped when bytes of them are asked for, and stay so only while somebody holds those bytes.
 */
public final class OnnxGraph {

    /** What the file says, apart from where things are. */
    record Content(
            long irVersion,
            Map<String, Long> opsets,
            Map<String, String> domains,
            List<OnnxNode> nodes,
            Map<String, OnnxInitializer> initializers,
            List<String> inputs,
            List<String> outputs) {

        Content {
            opsets = Collections.unmodifiableMap(opsets);
            domains = Collections.unmodifiableMap(domains);
            nodes = List.copyOf(nodes);
            initializers = Collections.unmodifiableMap(initializers);
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
        }
    }

    private final ModelFiles files;
    private final String name;
    private final String fingerprint;
    private final Content content;
    private final GraphLayout layout;
    private final Map<String, WeakReference<MemorySegment>> maps = new ConcurrentHashMap<>();

    /** @param fingerprint of the model's files when they were read */
    OnnxGraph(ModelFiles files, String name, String fingerprint, Content content, GraphLayout layout) {
        this.files = files;
        this.name = name;
        this.fingerprint = fingerprint;
        this.content = content;
        this.layout = layout;
    }

    /**
     * Maps and checks an ONNX file.
     *
     * <p>It is refused if it is no readable protobuf, if it is of a version or of a size that ONNX Runtime cannot take, if a
     * tensor's bytes are not as many as its shape and type need, or if external data is anywhere but inside the model's files.
     *
     * @param name the file, e.g. {@code unet/model.onnx}
     * @throws ModelFileException if there is no such file or it is refused; the message names it and says
     *     what was expected
     */
    public static OnnxGraph read(ModelFiles files, String name) throws IOException {
        String fingerprint = files.fingerprint();
        return new OnnxGraphReader(files, name, fingerprint, files.map(name)).read();
    }

    /** The model that the file belongs to. */
    public ModelFiles files() {
        return files;
    }

    /** The file's name in the model. */
    public String name() {
        return name;
    }

    /** The file and those beside it that hold weights of it: all that the model's answers depend on. */
    public List<String> fileNames() {
        Stream<String> external = initializers().values().stream()
                .flatMap(initializer ->
                        initializer.storage() instanceof OnnxInitializer.Storage.External(String file, long _)
                                ? Stream.of(file)
                                : Stream.empty());
        return Stream.concat(Stream.of(name), external.sorted()).distinct().toList();
    }

    /** SHA-256, in hexadecimal, of each of these files, in a list of the caller's own. */
    List<String> sha256() throws IOException {
        List<String> hashes = new ArrayList<>();
        for (String file : fileNames()) {
            hashes.add(files.sha256(file));
        }
        return hashes;
    }

    /** The version of the file format. */
    public long irVersion() {
        return content.irVersion();
    }

    /** The version of each operator set that the file imports, by domain; ONNX's own has an empty name. */
    public Map<String, Long> opsets() {
        return content.opsets();
    }

    /**
     * The domains of all operators and functions, those in graphs inside nodes included, each with what uses it first, for
     * messages; ONNX's own has an empty name.
     */
    public Map<String, String> domains() {
        return content.domains();
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
     * @throws ModelFileException if the model's files are no longer those that were read
     */
    public MemorySegment bytes(OnnxInitializer initializer) throws IOException {
        return switch (initializer.storage()) {
            case OnnxInitializer.Storage.Inline(long offset) -> map(name).asSlice(offset, initializer.byteSize());
            case OnnxInitializer.Storage.External(String file, long offset) ->
                map(file).asSlice(offset, initializer.byteSize());
            case OnnxInitializer.Storage.Encoded() ->
                throw new IllegalArgumentException(
                        "initializer '%s' has no bytes of its own".formatted(initializer.name()));
        };
    }

    private MemorySegment map(String file) throws IOException {
        WeakReference<MemorySegment> known = maps.get(file);
        MemorySegment map = known == null ? null : known.get();
        if (map == null) {
            map = files.map(file);
            if (!files.fingerprint().equals(fingerprint)) {
                throw new ModelFileException(files, file, "was read once, and files of the model have changed since");
            }
            maps.put(file, new WeakReference<>(map));
        }
        return map;
    }

    /**
     * The file with some initializers taken out. Everything else is as in the file, byte for byte, unknown fields included.
     *
     * @param external become external, pointing to where their data is now, so that a session must be given it, as with
     *     {@code SessionOptions.addExternalInitializers}. Those that are external already stay as they are
     * @param fed become inputs of the same name, format and shape, so that every run must be given them
     * @param rows the first dimension of those of {@code external} that are to have more rows than here
     * @param simplification what becomes of the nodes
     * @return a complete ONNX file
     * @throws IllegalArgumentException if a name is not that of an initializer of this graph, or that of one that is
     *     {@linkplain OnnxInitializer.Storage.Encoded encoded}
     * @throws ModelFileException if what stays is still larger than 256 MiB
     */
    byte[] skeleton(Set<String> external, Set<String> fed, Map<String, Long> rows, Simplification simplification)
            throws IOException {
        return new SkeletonWriter(this, map(name), layout).write(external, fed, rows, simplification);
    }

    /**
     * What of the graph is known before a run.
     *
     * @param usual shapes of inputs, where they are more than the graph says
     * @param fusing whether ONNX Runtime's own operators may take the place of ONNX's
     * @throws ModelFileException if the file has a field of the wrong kind, where it is not looked at otherwise
     */
    Simplification simplification(UsualShapes usual, boolean fusing) throws IOException {
        Dim.Numbers numbers = new Dim.Numbers();
        try {
            GraphFacts facts = new GraphFacts.Reader(map(name), numbers).read(layout.graph());
            return Simplification.of(this, facts, numbers, usual, fusing);
        } catch (InvalidProtocolBufferException e) {
            throw new ModelFileException(files, name, "is not a readable ONNX file: " + e.getMessage(), e);
        }
    }
}
