package dev.finexl.onnx;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a denoiser says of latents that are always the same. */
final class Predictions {

    /** Where a model leaves a dimension open: batch, channels, height and width, or batch, tokens and width. */
    private static final Map<String, long[]> OPEN = Map.of(
            "sample", new long[] {1, 4, 16, 16},
            "timestep", new long[] {1},
            "encoder_hidden_states", new long[] {1, 77, 32});

    private Predictions() {}

    static float[] of(OnnxRuntime runtime, OnnxSession unet) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        try (RunScope scope = new RunScope()) {
            unet.inputs().forEach((name, spec) -> inputs.put(name, filled(runtime, spec)));
            return unet.run(scope, inputs, "out_sample").values();
        } finally {
            inputs.values().forEach(Tensor::close);
        }
    }

    private static Tensor filled(OnnxRuntime runtime, TensorSpec spec) {
        long[] shape = spec.shape().clone();
        for (int i = 0; i < shape.length; i++) {
            shape[i] = shape[i] > 0 ? shape[i] : OPEN.get(spec.name())[i];
        }
        Tensor tensor = Tensor.allocate(runtime, spec.type(), shape);
        if (spec.name().equals("timestep")) {
            tensor.fill(501);
        } else {
            float[] values = new float[tensor.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) Math.sin(i);
            }
            tensor.putFloats(0, values, 0, values.length);
        }
        return tensor;
    }
}
