package dev.finexl.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One open model: an ONNX Runtime session with what it declares of its inputs and outputs, which is read from the graph
 * and never assumed. Thread-safe; who opens it closes it, and only when no run is under way.
 */
public final class OnnxSession implements AutoCloseable {

    private static final AtomicInteger LIVE = new AtomicInteger();

    private final OnnxRuntime runtime;
    private final String name;
    private final OrtSession session;
    private final WeightBuffers weights;
    private final Map<String, TensorSpec> inputs;
    private final Map<String, TensorSpec> outputs;
    private boolean closed;

    OnnxSession(OnnxRuntime runtime, WeightBuffers weights, OrtSession session) throws OrtException {
        this.runtime = runtime;
        this.name = weights.graph().files().reference() + "/" + weights.graph().name();
        this.session = session;
        this.weights = weights;
        this.inputs = specs(session.getInputInfo());
        this.outputs = specs(session.getOutputInfo());
        LIVE.incrementAndGet();
    }

    /** How many sessions of this process are open. */
    public static int live() {
        return LIVE.get();
    }

    /** The model's reference and file, for messages. */
    public String name() {
        return name;
    }

    /** The weights that the session uses, in place; to open the same model with some of them changed. */
    public WeightBuffers weights() {
        return weights;
    }

    /** The inputs in the graph's order. */
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
     * Runs the model, writing its outputs into tensors that the caller holds.
     *
     * @param into output name to a tensor of exactly the output's type and shape
     * @throws java.util.concurrent.CancellationException if the scope was cancelled before or during the run
     * @throws OnnxException if ONNX Runtime refuses or fails
     */
    public void run(RunScope scope, Map<String, Tensor> in, Map<String, Tensor> into) {
        Map<String, OnnxValue> pinned = new LinkedHashMap<>();
        into.forEach((output, tensor) -> pinned.put(output, tensor.onnx()));
        execute(
                scope,
                () -> session.run(onnx(in), Set.of(), pinned, scope.options()).close());
    }

    /**
     * Runs the model and returns a copy of the named output, whose shape need not be known before. The caller closes it.
     *
     * @throws java.util.concurrent.CancellationException if the scope was cancelled before or during the run
     * @throws OnnxException if ONNX Runtime refuses or fails
     */
    public Tensor run(RunScope scope, Map<String, Tensor> in, String output) {
        Tensor[] copy = new Tensor[1];
        execute(scope, () -> {
            try (OrtSession.Result result = session.run(onnx(in), Set.of(output), scope.options())) {
                if (!(result.get(0) instanceof OnnxTensor tensor)) {
                    throw new OnnxException("%s: output '%s' is not a tensor".formatted(name, output));
                }
                copy[0] = Tensor.copyOf(runtime, output, tensor);
            }
        });
        return copy[0];
    }

    private interface Run {
        void run() throws OrtException;
    }

    private void execute(RunScope scope, Run run) {
        scope.check();
        long start = System.nanoTime();
        try {
            run.run();
        } catch (OrtException e) {
            scope.check();
            throw new OnnxException("%s: %s".formatted(name, e.getMessage()), e);
        } finally {
            scope.addSessionNanos(System.nanoTime() - start);
        }
    }

    private static Map<String, OnnxTensor> onnx(Map<String, Tensor> tensors) {
        Map<String, OnnxTensor> onnx = new LinkedHashMap<>();
        tensors.forEach((input, tensor) -> onnx.put(input, tensor.onnx()));
        return onnx;
    }

    private static Map<String, TensorSpec> specs(Map<String, NodeInfo> infos) {
        Map<String, TensorSpec> specs = new LinkedHashMap<>();
        infos.forEach((name, info) -> specs.put(
                name,
                info.getInfo() instanceof TensorInfo t
                        ? new TensorSpec(name, TensorType.of(t.type), t.getShape())
                        : new TensorSpec(name, TensorType.of(OnnxJavaType.UNKNOWN), new long[0])));
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
            session.close();
        } catch (OrtException e) {
            throw new OnnxException("%s: could not be closed: %s".formatted(name, e.getMessage()), e);
        }
    }
}
