package dev.finexl.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.finexl.onnx.SharedModels.Lease;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/**
 * One open model: an ONNX Runtime session with what it declares of its inputs and outputs, which is read from the graph
 * and never assumed. Thread-safe; who opens it closes it, and only when no run is under way.
 *
 * <p>Several of these can stand on one session of ONNX Runtime: where they differ only in weights that it is fed at every
 * run, see {@link OnnxRuntime#personalize}; and where their files have the same content. The first one owns that session.
 */
public final class OnnxSession implements OpenModel {

    private static final AtomicInteger LIVE = new AtomicInteger();

    private final OnnxRuntime runtime;
    private final String name;
    private final SizedSessions sessions;
    private final AutoCloseable owned;
    private final OnnxGraph graph;
    private final WeightBuffers given;
    private final FedWeights fed;
    private final Map<String, TensorSpec> inputs;
    private final Map<String, TensorSpec> outputs;
    private final ArenaMeter arena;
    private final AtomicInteger sharers = new AtomicInteger();
    private final LongSupplier bytes;
    private boolean closed;

    /**
     * @param sessions closed with this
     * @param given the weights that differ from the graph's file
     * @param fed the weights that every run is fed; closed with this
     */
    OnnxSession(OnnxRuntime runtime, SizedSessions sessions, WeightBuffers given, FedWeights fed) throws OrtException {
        this.runtime = runtime;
        this.graph = given.graph();
        this.name = nameOf(graph);
        this.sessions = sessions;
        this.given = given;
        this.fed = fed;
        this.owned = () -> {
            fed.close();
            sessions.close();
        };
        this.inputs = specs(sessions.first().session().getInputInfo(), fed.names());
        this.outputs = specs(sessions.first().session().getOutputInfo(), Set.of());
        this.arena = new ArenaMeter();
        this.bytes = this::all;
        LIVE.incrementAndGet();
    }

    /**
     * A session that has been opened from the same content.
     *
     * @param graph that content, where this one found it
     * @param opened is given back with this
     */
    static OnnxSession sharing(OnnxGraph graph, Lease<OnnxSession> opened) {
        OnnxSession first = opened.value();
        first.sharers.incrementAndGet();
        return new OnnxSession(
                first,
                graph,
                first.fed,
                () -> {
                    first.sharers.decrementAndGet();
                    opened.close();
                },
                () -> first.all() / Math.max(1, first.sharers.get()));
    }

    private OnnxSession(OnnxSession base, OnnxGraph graph, FedWeights fed, AutoCloseable owned, LongSupplier bytes) {
        this.runtime = base.runtime;
        this.graph = graph;
        this.name = nameOf(graph);
        this.sessions = base.sessions;
        this.given = base.given;
        this.fed = fed;
        this.owned = owned;
        this.inputs = base.inputs;
        this.outputs = base.outputs;
        this.arena = base.arena;
        this.bytes = bytes;
        LIVE.incrementAndGet();
    }

    private static String nameOf(OnnxGraph graph) {
        return graph.files().reference() + "/" + graph.name();
    }

    /** The same session of ONNX Runtime, fed with other weights. It must be closed before this one is. */
    OnnxSession with(FedWeights otherWeights) {
        return new OnnxSession(this, graph, otherWeights, otherWeights, otherWeights::ownBytes);
    }

    /** How many of these are open in this process. */
    public static int live() {
        return LIVE.get();
    }

    /** The model's reference and file, for messages. */
    public String name() {
        return name;
    }

    /** The graph that the model was opened from, for its weights. */
    public OnnxGraph graph() {
        return graph;
    }

    /** Whether another stands on the same session of ONNX Runtime. */
    boolean sharesWith(OnnxSession other) {
        return sessions == other.sessions;
    }

    /** Of what several have opened each counts an equal share. */
    @Override
    public long bytes() {
        return bytes.getAsLong();
    }

    private long all() {
        long held = graph.initializers().values().stream()
                .filter(initializer -> !fed.names().contains(initializer.name()))
                .mapToLong(OnnxInitializer::byteSize)
                .sum();
        return fed.ownBytes() + sessions.count() * held + arena.bytes();
    }

    /** The weights that differ from the graph's file. */
    WeightBuffers given() {
        return given;
    }

    /** The shapes that it has been opened for. */
    UsualShapes usual() {
        return sessions.usual();
    }

    /** The weights that every run is fed. */
    FedWeights fed() {
        return fed;
    }

    /** The inputs in the graph's order, without weights. */
    public Map<String, TensorSpec> inputs() {
        return inputs;
    }

    /** The outputs in the graph's order. */
    public Map<String, TensorSpec> outputs() {
        return outputs;
    }

    /**
     * An input that the caller cannot do without.
     *
     * @throws OnnxException if the model has no such input, or one of an element type that is not supported
     */
    public TensorSpec input(String input) {
        return required(inputs, input, "input");
    }

    /**
     * An output that the caller cannot do without.
     *
     * @throws OnnxException if the model has no such output, or one of an element type that is not supported
     */
    public TensorSpec output(String output) {
        return required(outputs, output, "output");
    }

    private TensorSpec required(Map<String, TensorSpec> specs, String wanted, String what) {
        TensorSpec spec = specs.get(wanted);
        if (spec == null) {
            throw new OnnxException(
                    "%s has no %s '%s', only %s".formatted(name, what, wanted, String.join(", ", specs.keySet())));
        }
        if (spec.type() == null) {
            throw new OnnxException("%s: %s '%s' has an element type that is not supported, expected one of %s"
                    .formatted(name, what, wanted, List.of(TensorType.values())));
        }
        return spec;
    }

    /**
     * A run with tensors that the caller holds, for who runs the model many times.
     *
     * @param in input name to tensor
     * @param into output name to a tensor of exactly the output's type and shape, which every run writes
     */
    public BoundRun bind(Map<String, Tensor> in, Map<String, Tensor> into) {
        return new BoundRun(this, in, into);
    }

    /**
     * Runs the model and returns the named output, whose shape need not be known before.
     *
     * @throws java.util.concurrent.CancellationException if the scope was cancelled before or during the run
     * @throws OnnxException if ONNX Runtime refuses or fails, or the output does not hold real numbers
     */
    public Output run(RunScope scope, Map<String, Tensor> in, String output) {
        return run(scope, in, List.of(output)).getFirst();
    }

    /**
     * Runs the model and returns the named outputs, in that order.
     *
     * @throws java.util.concurrent.CancellationException if the scope was cancelled before or during the run
     * @throws OnnxException if ONNX Runtime refuses or fails, or an output does not hold real numbers
     */
    public List<Output> run(RunScope scope, Map<String, Tensor> in, List<String> wanted) {
        List<Output> outputs = new ArrayList<>(wanted.size());
        run(scope, in, wanted, (output, tensor) -> outputs.add(Output.of(output, tensor)));
        return outputs;
    }

    /**
     * Runs the model and returns copies of the named outputs, in that order, as a model can be given them. The caller closes
     * them.
     *
     * @throws java.util.concurrent.CancellationException if the scope was cancelled before or during the run
     * @throws OnnxException if ONNX Runtime refuses or fails
     */
    public List<Tensor> tensors(RunScope scope, Map<String, Tensor> in, List<String> wanted) {
        List<Tensor> copies = new ArrayList<>(wanted.size());
        boolean complete = false;
        try {
            run(scope, in, wanted, (output, tensor) -> copies.add(Tensor.copyOf(runtime, output, tensor)));
            complete = true;
            return copies;
        } finally {
            if (!complete) {
                copies.forEach(Tensor::close);
            }
        }
    }

    private void run(
            RunScope scope, Map<String, Tensor> in, List<String> wanted, BiConsumer<String, OnnxTensor> reader) {
        Map<String, OnnxTensor> all = withWeights(in);
        Set<String> names = Set.copyOf(wanted);
        OrtSession session = session(in);
        execute(scope, Tensor.byteSize(in.values()), options -> {
            try (OrtSession.Result result = session.run(all, names, options)) {
                for (String output : wanted) {
                    reader.accept(output, tensor(result, output));
                }
            }
        });
    }

    /**
     * The session for inputs of these shapes.
     *
     * @throws OnnxException if it has yet to be opened, and cannot be
     */
    OrtSession session(Map<String, Tensor> in) {
        try {
            return sessions.of(in);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new OnnxException("%s: cannot be opened for other sizes: %s".formatted(name, e.getMessage()), e);
        }
    }

    private OnnxTensor tensor(OrtSession.Result result, String output) {
        return result.get(output)
                .filter(OnnxTensor.class::isInstance)
                .map(OnnxTensor.class::cast)
                .orElseThrow(() -> new OnnxException("%s: output '%s' is not a tensor".formatted(name, output)));
    }

    /** What one run does. */
    interface Run {
        void run(OrtSession.RunOptions options) throws OrtException;
    }

    /** @param given bytes of the inputs apart from the weights */
    void execute(RunScope scope, long given, Run run) {
        scope.check();
        arena.begin(given);
        long start = System.nanoTime();
        try {
            run.run(scope.options());
        } catch (OrtException e) {
            scope.check();
            throw new OnnxException("%s: %s".formatted(name, e.getMessage()), e);
        } finally {
            scope.addSessionNanos(System.nanoTime() - start);
            arena.end(given);
        }
    }

    /** The inputs of a run and, beside them, the weights that every run is fed. */
    Map<String, OnnxTensor> withWeights(Map<String, Tensor> inputs) {
        Map<String, OnnxTensor> onnx = new LinkedHashMap<>();
        inputs.forEach((input, tensor) -> onnx.put(input, tensor.onnx()));
        fed.addTo(onnx);
        return onnx;
    }

    private static Map<String, TensorSpec> specs(Map<String, NodeInfo> infos, Set<String> without) {
        Map<String, TensorSpec> specs = new LinkedHashMap<>();
        infos.forEach((name, info) -> specs.put(
                name,
                info.getInfo() instanceof TensorInfo t
                        ? new TensorSpec(name, TensorType.of(t.type), t.getShape())
                        : new TensorSpec(name, TensorType.of(OnnxJavaType.UNKNOWN), new long[0])));
        specs.keySet().removeAll(without);
        return Collections.unmodifiableMap(specs);
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        LIVE.decrementAndGet();
        try {
            owned.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new OnnxException("%s: could not be closed: %s".formatted(name, e.getMessage()), e);
        }
    }
}
