package dev.finexl.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtSession;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A run of a model with tensors that stay the same while their numbers do not. Exists because a denoiser is evaluated dozens of
 * times with the same tensors and the same weights, sometimes hundreds of them: they are put together once.
 *
 * <p>The tensors must not be closed before the last run. Not thread-safe.
 */
public final class BoundRun {

    private final OnnxSession model;
    private final OnnxSession.Run run;
    private final long given;

    BoundRun(OnnxSession model, Map<String, Tensor> in, Map<String, Tensor> into) {
        this.model = model;
        OrtSession session = model.session(in);
        Map<String, OnnxTensor> inputs = model.withWeights(in);
        Map<String, OnnxValue> outputs = new LinkedHashMap<>();
        into.forEach((output, tensor) -> outputs.put(output, tensor.onnx()));
        this.run = options -> session.run(inputs, Set.of(), outputs, options).close();
        this.given = Tensor.byteSize(in.values());
    }

    /**
     * Runs the model on what the tensors hold now.
     *
     * @throws java.util.concurrent.CancellationException if the scope was cancelled before or during the run
     * @throws OnnxException if ONNX Runtime refuses or fails
     */
    public void run(RunScope scope) {
        model.execute(scope, given, run);
    }
}
