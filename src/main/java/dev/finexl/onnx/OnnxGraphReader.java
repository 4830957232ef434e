package dev.finexl.onnx;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.finexl.onnx.GraphLayout.Range;
import dev.finexl.onnx.LocalFunctions.Body;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads a {@code ModelProto}: the graph and where its parts are in the file. Field numbers are those of
 * <a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">onnx.proto</a>.
 *
 * <p>Graphs inside nodes (the branches of an {@code If}) and local functions are walked and checked like the main one, but
 * only the main graph's nodes and initializers are kept.
 */
final class OnnxGraphReader {

    /** What ONNX Runtime 1.29 loads, and of the opsets those that it promises to run. */
    static final long NEWEST_IR = 13;

    private static final long OLDEST_OPSET = 7;
    static final long NEWEST_OPSET = 26;

    private final ModelFiles files;
    private final String name;
    private final String fingerprint;
    private final MemorySegment bytes;
    private final OnnxTensorReader tensors;

    private long irVersion;
    private final Map<String, Long> opsets = new TreeMap<>();
    private final List<OnnxNode> nodes = new ArrayList<>();
    private final Map<String, OnnxInitializer> initializers = new LinkedHashMap<>();
    private final Map<String, Range> tensorRanges = new LinkedHashMap<>();
    private final List<String> inputs = new ArrayList<>();
    private final List<String> outputs = new ArrayList<>();
    private final Map<String, String> domains = new TreeMap<>();
    private final LocalFunctions functions = new LocalFunctions();
    private final Body graphBody = new Body();
    private Range graph;

    OnnxGraphReader(ModelFiles files, String name, String fingerprint, MemorySegment bytes) {
        this.files = files;
        this.name = name;
        this.fingerprint = fingerprint;
        this.bytes = bytes;
        this.tensors = new OnnxTensorReader(files, name);
    }

    OnnxGraph read() throws IOException {
        if (bytes.byteSize() > Integer.MAX_VALUE) {
            throw bad("it has %d bytes; expected less than 2 GiB, with larger weights in a file beside it"
                    .formatted(bytes.byteSize()));
        }
        try {
            model(new ProtoCursor(bytes, 0, bytes.byteSize()));
        } catch (InvalidProtocolBufferException e) {
            throw new ModelFileException(files, name, "is not a readable ONNX file: " + e.getMessage(), e);
        }
        long opset = opsets.getOrDefault("", opsets.getOrDefault("ai.onnx", 0L));
        if (graph == null || irVersion < 1 || irVersion > NEWEST_IR || opset < OLDEST_OPSET || opset > NEWEST_OPSET) {
            throw bad(
                    "it has %s, IR version %d and opset %d; expected a graph, an IR version from 1 to %d and an opset from %d to %d"
                            .formatted(
                                    graph == null ? "no graph" : "a graph",
                                    irVersion,
                                    opset,
                                    NEWEST_IR,
                                    OLDEST_OPSET,
                                    NEWEST_OPSET));
        }
        Optional<String> excess = functions.excess(graphBody);
        if (excess.isPresent()) {
            throw bad(excess.get());
        }
        Set<String> listedAsInputs = new HashSet<>(inputs);
        listedAsInputs.retainAll(initializers.keySet());
        inputs.removeAll(listedAsInputs);
        return new OnnxGraph(
                files,
                name,
                fingerprint,
                new OnnxGraph.Content(irVersion, opsets, domains, nodes, initializers, inputs, outputs),
                new GraphLayout(graph, tensorRanges, listedAsInputs));
    }

    private void model(ProtoCursor cursor) throws IOException {
        while (cursor.next()) {
            switch (cursor.field()) {
                case 1 -> irVersion = cursor.varint();
                case 7 -> mainGraph(cursor);
                case 8 -> opset(cursor);
                case 20 -> throw bad("it has what it takes to train it, which is not supported");
                case 25 -> function(cursor);
                default -> cursor.skip();
            }
        }
    }

    private void opset(ProtoCursor cursor) throws IOException {
        String domain = "";
        long version = 0;
        int entered = cursor.enter();
        while (cursor.next()) {
            switch (cursor.field()) {
                case 1 -> domain = cursor.string();
                case 2 -> version = cursor.varint();
                default -> cursor.skip();
            }
        }
        cursor.leave(entered);
        opsets.put(domain, version);
    }

    private void mainGraph(ProtoCursor cursor) throws IOException {
        if (graph != null) {
            throw bad("it has two graphs");
        }
        long field = cursor.fieldStart();
        int entered = cursor.enter();
        long start = cursor.position();
        while (cursor.next()) {
            switch (cursor.field()) {
                case 1 -> nodes.add(node(cursor, graphBody));
                case 5 -> initializer(cursor);
                case 11 -> inputs.add(valueName(cursor));
                case 12 -> outputs.add(valueName(cursor));
                case 15 -> throw bad("it has sparse initializers, which are not supported");
                default -> cursor.skip();
            }
        }
        graph = new Range(field, start, cursor.position());
        cursor.leave(entered);
    }

    private void initializer(ProtoCursor cursor) throws IOException {
        long field = cursor.fieldStart();
        int entered = cursor.enter();
        long start = cursor.position();
        OnnxInitializer tensor = tensors.read(cursor);
        cursor.leave(entered);
        if (tensor.name().isEmpty() || initializers.put(tensor.name(), tensor) != null) {
            throw bad("initializer '%s' has no name or one that is taken".formatted(tensor.name()));
        }
        tensorRanges.put(tensor.name(), new Range(field, start, cursor.position()));
    }

    private OnnxNode node(ProtoCursor cursor, Body body) throws IOException {
        String nodeName = "";
        String opType = "";
        String domain = "";
        List<String> nodeInputs = new ArrayList<>();
        List<String> nodeOutputs = new ArrayList<>();
        Map<String, List<Long>> integers = new HashMap<>();
        int entered = cursor.enter();
        while (cursor.next()) {
            switch (cursor.field()) {
                case 1 -> nodeInputs.add(cursor.string());
                case 2 -> nodeOutputs.add(cursor.string());
                case 3 -> nodeName = cursor.string();
                case 4 -> opType = cursor.string();
                case 5 -> attribute(cursor, body, integers);
                case 7 -> domain = cursor.string();
                default -> cursor.skip();
            }
        }
        cursor.leave(entered);
        if (!domains.containsKey(domain)) {
            domains.put(domain, "node '%s' (%s)".formatted(nodeName, opType));
        }
        body.add(domain, opType);
        return new OnnxNode(nodeName, opType, domain, nodeInputs, nodeOutputs, integers);
    }

    private void attribute(ProtoCursor cursor, Body body, Map<String, List<Long>> integers) throws IOException {
        String attribute = "";
        List<Long> values = new ArrayList<>();
        int entered = cursor.enter();
        while (cursor.next()) {
            switch (cursor.field()) {
                case 1 -> attribute = cursor.string();
                case 3, 8 -> cursor.varints(values::add);
                case 5, 10 -> constant(cursor);
                case 6, 11 -> innerGraph(cursor, body);
                case 22, 23 -> throw bad("it has sparse constants, which are not supported");
                default -> cursor.skip();
            }
        }
        cursor.leave(entered);
        if (!values.isEmpty()) {
            integers.put(attribute, List.copyOf(values));
        }
    }

    private void innerGraph(ProtoCursor cursor, Body body) throws IOException {
        int entered = cursor.enter();
        while (cursor.next()) {
            switch (cursor.field()) {
                case 1 -> node(cursor, body);
                case 5 -> constant(cursor);
                case 15 -> throw bad("it has sparse initializers, which are not supported");
                default -> cursor.skip();
            }
        }
        cursor.leave(entered);
    }

    /**
     * A tensor that is no initializer of the main graph. A session is made from the file's bytes, so ONNX Runtime has no
     * folder in which to look for data that only a name points to.
     */
    private void constant(ProtoCursor cursor) throws IOException {
        int entered = cursor.enter();
        OnnxInitializer tensor = tensors.read(cursor);
        cursor.leave(entered);
        if (tensor.storage() instanceof OnnxInitializer.Storage.External) {
            throw bad("tensor '%s' inside a node has external data, which only initializers of the main graph may have"
                    .formatted(tensor.name()));
        }
    }

    private void function(ProtoCursor cursor) throws IOException {
        String function = "";
        String domain = "";
        Body body = new Body();
        int entered = cursor.enter();
        while (cursor.next()) {
            switch (cursor.field()) {
                case 1 -> function = cursor.string();
                case 7 -> node(cursor, body);
                case 10 -> domain = cursor.string();
                case 11 -> attribute(cursor, body, new HashMap<>());
                default -> cursor.skip();
            }
        }
        cursor.leave(entered);
        domains.putIfAbsent(domain, "function '%s'".formatted(function));
        functions.add(domain, function, body);
    }

    private static String valueName(ProtoCursor cursor) throws IOException {
        String value = "";
        int entered = cursor.enter();
        while (cursor.next()) {
            if (cursor.field() == 1) {
                value = cursor.string();
            } else {
                cursor.skip();
            }
        }
        cursor.leave(entered);
        return value;
    }

    private ModelFileException bad(String what) {
        return new ModelFileException(files, name, "is not a model that can be used: " + what);
    }
}
