package dev.finexl.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.NativeMemory;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The weights that a session is given as buffers, instead of finding them in its ONNX file.
 *
 * <p>A session is made from {@link #skeleton}, the file without its large weights, and {@link #tensors}. With {@link #of}
 * all of them are buffers. With {@link #none} none is, and ONNX Runtime maps them from the original file, to which the
 * skeleton points, if it is told the folder ({@code session.model_external_initializers_file_folder_path}). Either way
 * {@link #with} replaces those that a LoRA changes.
 *
 * <p>Where the mapped file has a weight at an address that is a multiple of its element size, a buffer is that piece of the
 * file. External data files are laid out so. Inside an ONNX file a weight starts wherever the name before it happens to end,
 * and native code that reads a {@code float*} at an odd address is undefined behaviour in C++, whatever today's processors
 * make of it; such a weight is copied once, into 64-byte-aligned native memory.
 *
 * <p>Measured with ONNX Runtime 1.29 on the CPU: a session copies every buffer that it is given through {@code
 * addExternalInitializers}, and keeps no copy of what it maps, so only mapped weights are really shared by sessions.
 */
public final class WeightBuffers {

    /** Smaller initializers stay in the skeleton: they are many, and together they are nothing. In bytes. */
    public static final long LARGE_FROM = 1024;

    /** What ONNX Runtime's Java API takes as one buffer: eight bytes less than an int can say. */
    private static final long LARGEST_BUFFER = Integer.MAX_VALUE - 8;

    private final OnnxGraph graph;
    private final Map<String, ByteBuffer> buffers;

    private WeightBuffers(OnnxGraph graph, Map<String, ByteBuffer> buffers) {
        this.graph = graph;
        this.buffers = Collections.unmodifiableMap(buffers);
    }

    /**
     * A buffer for every {@linkplain #large large} weight.
     *
     * @throws ModelFileException if an external initializer has a number format of which ONNX Runtime's Java API cannot make
     *     a tensor, or 2 GiB or more
     */
    public static WeightBuffers of(OnnxGraph graph) throws IOException {
        Map<String, ByteBuffer> buffers = new LinkedHashMap<>();
        for (String name : large(graph)) {
            buffers.put(name, aligned(graph, graph.initializers().get(name)));
        }
        return new WeightBuffers(graph, buffers);
    }

    /** No buffers: for a model in a directory, whose weights ONNX Runtime can map by itself. */
    public static WeightBuffers none(OnnxGraph graph) {
        return new WeightBuffers(graph, Map.of());
    }

    /**
     * The same with some weights replaced; the others stay the same buffers.
     *
     * @param replacements by initializer; direct, of native byte order, with as many bytes remaining as the initializer has.
     *     Also initializers that are not large can be replaced
     * @throws IllegalArgumentException for a buffer that is not so, or a name that is no initializer of the graph
     */
    public WeightBuffers with(Map<String, ByteBuffer> replacements) {
        Map<String, ByteBuffer> all = new LinkedHashMap<>(buffers);
        replacements.forEach((name, buffer) -> {
            OnnxInitializer initializer = graph.initializers().get(name);
            if (initializer == null
                    || !usable(initializer)
                    || !buffer.isDirect()
                    || buffer.order() != ByteOrder.nativeOrder()
                    || buffer.remaining() != initializer.byteSize()) {
                throw new IllegalArgumentException(
                        "%s cannot replace the initializer '%s' of %s".formatted(buffer, name, graph.name()));
            }
            all.put(name, buffer.slice().order(ByteOrder.nativeOrder()));
        });
        return new WeightBuffers(graph, all);
    }

    /** The graph whose weights these are. */
    public OnnxGraph graph() {
        return graph;
    }

    /** The initializers that have a buffer here. */
    public Set<String> names() {
        return buffers.keySet();
    }

    /**
     * The bytes of a weight: direct, native order, from position 0 to its limit.
     *
     * @throws IllegalArgumentException if it has no buffer here
     */
    public ByteBuffer buffer(String name) {
        ByteBuffer buffer = buffers.get(name);
        if (buffer == null) {
            throw new IllegalArgumentException("'%s' has no buffer".formatted(name));
        }
        return buffer.duplicate().order(ByteOrder.nativeOrder());
    }

    /** The ONNX file without its large weights and without those that have a buffer. */
    public byte[] skeleton() throws IOException {
        Set<String> names = new LinkedHashSet<>(large(graph));
        names.addAll(names());
        return graph.withExternalInitializers(names);
    }

    /**
     * A tensor over each buffer, for {@code SessionOptions.addExternalInitializers}. They copy nothing. They may be closed
     * once the session is made; this object must stay reachable until the session is closed, since ONNX Runtime may use the
     * buffers in place.
     */
    public Map<String, OnnxTensor> tensors(OrtEnvironment environment) throws OrtException {
        Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
        try {
            for (String name : names()) {
                OnnxInitializer initializer = graph.initializers().get(name);
                OnnxJavaType type = OnnxTypes.inJava(initializer.type()).orElseThrow();
                long[] shape = initializer.shape().toArray();
                tensors.put(name, OnnxTensor.createTensor(environment, buffer(name), shape, type));
            }
        } catch (OrtException | RuntimeException e) {
            tensors.values().forEach(OnnxTensor::close);
            throw e;
        }
        return tensors;
    }

    /** Every initializer of at least {@value #LARGE_FROM} bytes that can be external, and every one that is already. */
    private static Set<String> large(OnnxGraph graph) {
        Set<String> names = new LinkedHashSet<>();
        for (OnnxInitializer initializer : graph.initializers().values()) {
            boolean external = initializer.storage() instanceof OnnxInitializer.Storage.External;
            if (external && !usable(initializer)) {
                throw new ModelFileException(
                        graph.files(),
                        graph.name(),
                        "cannot be used: initializer '%s' is external and has %d bytes of %s; expected a common format and less than 2 GiB"
                                .formatted(initializer.name(), initializer.byteSize(), initializer.type()));
            }
            if (external || usable(initializer) && initializer.byteSize() >= LARGE_FROM) {
                names.add(initializer.name());
            }
        }
        return names;
    }

    /** Whether its bytes can be taken out of the file and given to ONNX Runtime as a tensor. */
    private static boolean usable(OnnxInitializer initializer) {
        return !(initializer.storage() instanceof OnnxInitializer.Storage.Encoded)
                && OnnxTypes.inJava(initializer.type()).isPresent()
                && initializer.byteSize() <= LARGEST_BUFFER;
    }

    private static ByteBuffer aligned(OnnxGraph graph, OnnxInitializer initializer) throws IOException {
        MemorySegment bytes = graph.bytes(initializer);
        long elementSize = Math.max(1, initializer.type().bits() / Byte.SIZE);
        MemorySegment usable = bytes.address() % elementSize == 0 ? bytes : NativeMemory.copyOf(bytes);
        return usable.asByteBuffer().order(ByteOrder.nativeOrder());
    }
}
