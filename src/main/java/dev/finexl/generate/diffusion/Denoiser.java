package dev.finexl.generate.diffusion;

import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.Tensor;
import dev.finexl.onnx.TensorSpec;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One batch's evaluations of the UNet. Exists because a batch evaluates the network dozens of times with tensors of
 * the same shapes: they are allocated once, the conditioning is written once, and each evaluation writes only latents
 * and timestep and reads the guided prediction.
 *
 * <p>With guidance the batch goes in twice, unconditioned half first, as in diffusers, and the halves are joined by
 * {@code u + s (c - u)} (classifier-free guidance, arXiv 2207.12598).
 */
final class Denoiser implements AutoCloseable {

    private static final String SAMPLE = "sample";
    private static final String TIMESTEP = "timestep";
    private static final String STATES = "encoder_hidden_states";
    private static final String OUTPUT = "out_sample";

    private final OnnxSession unet;
    private final int size;
    private final boolean guided;
    private final float scale;
    private final Map<String, Tensor> inputs = new LinkedHashMap<>();
    private final Tensor output;
    private final float[] unconditioned;

    /**
     * @param latents shape of the batch's latents: {@code [batch, channels, height, width]}
     * @param conditioning for each picture {@code tokens × width} numbers
     * @param unconditional the same for guidance, or null for no guidance
     */
    Denoiser(
            OnnxRuntime runtime,
            OnnxSession unet,
            long[] latents,
            int tokens,
            float[][] conditioning,
            float[] unconditional,
            double guidanceScale) {
        this.unet = unet;
        this.guided = unconditional != null;
        this.scale = (float) guidanceScale;
        int batch = (int) latents[0];
        this.size = Math.toIntExact(latents[0] * latents[1] * latents[2] * latents[3]);
        this.unconditioned = new float[guided ? size : 0];
        long[] shape = latents.clone();
        shape[0] = guided ? 2L * batch : batch;
        long width = conditioning[0].length / tokens;
        Tensor result = null;
        try {
            inputs.put(SAMPLE, Tensor.allocate(runtime, unet.input(SAMPLE).type(), shape));
            inputs.put(TIMESTEP, timestep(runtime, unet.input(TIMESTEP)));
            Tensor states = Tensor.allocate(runtime, unet.input(STATES).type(), shape[0], tokens, width);
            inputs.put(STATES, states);
            int at = 0;
            for (int i = 0; guided && i < batch; i++) {
                states.putFloats(at, unconditional, 0, unconditional.length);
                at += unconditional.length;
            }
            for (float[] row : conditioning) {
                states.putFloats(at, row, 0, row.length);
                at += row.length;
            }
            result = Tensor.allocate(runtime, unet.output(OUTPUT).type(), shape);
        } finally {
            if (result == null) {
                inputs.values().forEach(Tensor::close);
            }
        }
        this.output = result;
    }

    /** Exports disagree on the timestep: a scalar or one dimension, which the graph then expands to the batch. */
    private static Tensor timestep(OnnxRuntime runtime, TensorSpec spec) {
        return spec.rank() == 0
                ? Tensor.allocate(runtime, spec.type())
                : Tensor.allocate(runtime, spec.type(), Math.max(1, spec.shape()[0]));
    }

    /**
     * Evaluates the network once on the whole batch.
     *
     * @param latents the scaled latents, flat
     * @param prediction takes the guided prediction, flat
     */
    void predict(RunScope scope, float[] latents, double timestep, float[] prediction) {
        Tensor sample = inputs.get(SAMPLE);
        sample.putFloats(0, latents, 0, size);
        if (guided) {
            sample.putFloats(size, latents, 0, size);
        }
        inputs.get(TIMESTEP).fill(timestep);
        unet.run(scope, inputs, Map.of(OUTPUT, output));
        if (!guided) {
            output.getFloats(0, prediction, 0, size);
            return;
        }
        output.getFloats(0, unconditioned, 0, size);
        output.getFloats(size, prediction, 0, size);
        for (int i = 0; i < size; i++) {
            prediction[i] = unconditioned[i] + scale * (prediction[i] - unconditioned[i]);
        }
    }

    @Override
    public void close() {
        inputs.values().forEach(Tensor::close);
        output.close();
    }
}
