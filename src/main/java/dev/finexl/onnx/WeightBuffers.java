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
import java.util.Map;
import java.util.Set;

/**
 * Weights of a graph as buffers that native code can use in place: as its file has them, or replaced. No weight is ever on
 * the heap.
 *
 * <p>An external data file is laid out so that its weights can be used where they are mapped, and are: a buffer is that piece
 * of the file. Inside an ONNX file a weight starts wherever the name before it happens to end, and native code that reads a
 * {@code float*} at an odd address is undefined behaviour in C++, whatever today's processors make of it. Such weights are
 * copied once, into 64-byte-aligned native memory; all of them, even those that happen to lie well, since a buffer on one
 * would keep mapped, and so in memory, what the others were copied from.
 */
final class WeightBuffers {

    /** Smaller initializers stay in the session's file: they are many, and together they are nothing. In bytes. */
    static final long LARGE_FROM = 1024;

    /** What ONNX Runtime's Java API takes as one buffer: eight bytes less than an int can say. */
    private static final long LARGEST_BUFFER = Integer.MAX_VALUE - 8;

    private final OnnxGraph graph;
    private final Map<String, ByteBuffer> buffers;

    private WeightBuffers(OnnxGraph graph, Map<String, ByteBuffer> buffers) {
        this.graph = graph;
        this.buffers = Collections.unmodifiableMap(buffers);
    }

    /** No buffers. */
    static WeightBuffers none(OnnxGraph graph) {
        return new WeightBuffers(graph, Map.of());
    }

    /**
     * The same and the named weights as the graph's file has them.
     *
     * @throws ModelFileException if one is in a number format of which ONNX Runtime's Java API cannot make a tensor, or has
     *     2 GiB or more
     */
    WeightBuffers withOriginals(Set<String> names) throws IOException {
        Map<String, ByteBuffer> all = new LinkedHashMap<>(buffers);
        for (String name : names) {
            OnnxInitializer initializer = graph.initializers().get(name);
            if (!usable(initializer)) {
                throw new ModelFileException(
                        graph.files(),
                        graph.name(),
                        "cannot be used: initializer '%s' is external and has %d bytes of %s; expected a common format and less than 2 GiB"
                                .formatted(name, initializer.byteSize(), initializer.type()));
            }
            all.put(name, aligned(graph, initializer));
        }
        return new WeightBuffers(graph, all);
    }

    /**
     * The same with some weights added or replaced; the others stay the same buffers.
     *
     * @param replacements by initializer; direct, of native byte order, with as many bytes remaining as the initializer has
     * @throws IllegalArgumentException for a buffer that is not so, or a name that is no initializer of the graph
     */
    WeightBuffers with(Map<String, ByteBuffer> replacements) {
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

    /**
     * The same with some weights replaced by longer ones, which have further rows after as many as the graph's have.
     *
     * @param longer by initializer; direct, of native byte order, a whole number of rows
     * @throws IllegalArgumentException for a buffer that is not so, or a name that is no initializer of the graph
     */
    WeightBuffers grown(Map<String, ByteBuffer> longer) {
        Map<String, ByteBuffer> all = new LinkedHashMap<>(buffers);
        longer.forEach((name, buffer) -> {
            OnnxInitializer initializer = graph.initializers().get(name);
            if (initializer == null
                    || !usable(initializer)
                    || initializer.byteSize() < 1
                    || !buffer.isDirect()
                    || buffer.order() != ByteOrder.nativeOrder()
                    || buffer.remaining() <= initializer.byteSize()
                    || buffer.remaining() % rowSize(initializer) != 0) {
                throw new IllegalArgumentException(
                        "%s cannot replace the initializer '%s' of %s".formatted(buffer, name, graph.name()));
            }
            all.put(name, buffer.slice().order(ByteOrder.nativeOrder()));
        });
        return new WeightBuffers(graph, all);
    }

    private static long rowSize(OnnxInitializer initializer) {
        return initializer.byteSize() / initializer.shape().dim(0);
    }

    /** The first dimension of each weight that has more rows than the graph's. */
    Map<String, Long> rows() {
        Map<String, Long> rows = new LinkedHashMap<>();
        buffers.forEach((name, buffer) -> {
            OnnxInitializer initializer = graph.initializers().get(name);
            if (buffer.remaining() > initializer.byteSize()) {
                rows.put(name, buffer.remaining() / rowSize(initializer));
            }
        });
        return rows;
    }

    /** The graph whose weights these are. */
    OnnxGraph graph() {
        return graph;
    }

    /** The initializers that have a buffer here. */
    Set<String> names() {
        return buffers.keySet();
    }

    /**
     * The bytes of a weight: direct, native order, from position 0 to its limit.
     *
     * @throws IllegalArgumentException if it has no buffer here
     */
    ByteBuffer buffer(String name) {
        ByteBuffer buffer = buffers.get(name);
        if (buffer == null) {
            throw new IllegalArgumentException("'%s' has no buffer".formatted(name));
        }
        return buffer.duplicate().order(ByteOrder.nativeOrder());
    }

    /**
     * A tensor over each buffer, for {@code SessionOptions.addExternalInitializers}. They copy nothing. They may be closed
     * once the session is made; this object must stay reachable until the session is closed: today ONNX Runtime copies the
     * buffers, but it is free to use them in place.
     */
    Map<String, OnnxTensor> tensors(OrtEnvironment environment) throws OrtException {
        Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
        Map<String, Long> rows = rows();
        try {
            for (String name : names()) {
                OnnxInitializer initializer = graph.initializers().get(name);
                OnnxJavaType type = OnnxTypes.inJava(initializer.type()).orElseThrow();
                long[] shape = initializer.shape().toArray();
                if (rows.containsKey(name)) {
                    shape[0] = rows.get(name);
                }
                tensors.put(name, OnnxTensor.createTensor(environment, buffer(name), shape, type));
            }
        } catch (OrtException | RuntimeException e) {
            tensors.values().forEach(OnnxTensor::close);
            throw e;
        }
        return tensors;
    }

    /** Whether its bytes can be taken out of the file and given to ONNX Runtime as a tensor. */
    static boolean usable(OnnxInitializer initializer) {
        return !(initializer.storage() instanceof OnnxInitializer.Storage.Encoded)
                && OnnxTypes.inJava(initializer.type()).isPresent()
                && initializer.byteSize() <= LARGEST_BUFFER;
    }

    private static ByteBuffer aligned(OnnxGraph graph, OnnxInitializer initializer) throws IOException {
        MemorySegment bytes = graph.bytes(initializer);
        long elementSize = Math.max(1, initializer.type().bits() / Byte.SIZE);
        boolean inPlace = initializer.storage() instanceof OnnxInitializer.Storage.External
                && bytes.isMapped()
                && bytes.address() % elementSize == 0;
        return (inPlace ? bytes : NativeMemory.copyOf(bytes)).asByteBuffer().order(ByteOrder.nativeOrder());
    }
}
