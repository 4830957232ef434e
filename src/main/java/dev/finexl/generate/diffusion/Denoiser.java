package dev.finexl.generate.diffusion;

import dev.finexl.generate.GeneratorException;
import dev.finexl.onnx.BoundRun;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.Tensor;
import dev.finexl.onnx.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * One batch's evaluations of the denoising network. Exists because a batch evaluates the network dozens of times with
 * tensors of the same shapes: they are allocated once, the conditioning is written once, and each evaluation writes only
 * latents and timestep and reads the guided prediction.
 *
 * <p>With guidance the batch goes in twice, unconditioned half first, as in diffusers. Types and ranks are the network's:
 * an input with a dimension more than its condition takes a row for each picture, one without takes a single row.
 */
final class Denoiser implements AutoCloseable {

    private static final String TIMESTEP = "timestep";

    private final OnnxSession network;
    private final DenoiserPorts ports;
    private final int size;
    private final int each;
    private final Guidance guidance;
    private final Map<String, Tensor> inputs = new LinkedHashMap<>();
    private final Tensor output;
    private final BoundRun run;
    /** Of one picture: what is read picture by picture stays in the processor's cache. */
    private final float[] unconditioned;

    /**
     * What a batch is sampled with.
     *
     * @param latents shape of one picture's latents
     * @param conditioned what the network is told, by input, with a row for each picture of the batch
     * @param unconditioned the same for guidance, with one row; null for no guidance
     * @param guidance how the two are joined
     */
    record Batch(
            long[] latents,
            Map<String, Embeddings> conditioned,
            Map<String, Embeddings> unconditioned,
            Guidance guidance) {

        int pictures() {
            return conditioned.values().iterator().next().rows().length;
        }
    }

    /** @throws GeneratorException if the network has an input that nothing is given for, or lacks one that is needed */
    Denoiser(OnnxRuntime runtime, OnnxSession network, DenoiserPorts ports, Batch batch) {
        this.network = network;
        this.ports = ports;
        this.guidance = batch.unconditioned() == null ? null : batch.guidance();
        this.each = Math.toIntExact(LongStream.of(batch.latents()).reduce(1, Math::multiplyExact));
        this.size = Math.multiplyExact(batch.pictures(), each);
        this.unconditioned = new float[guidance == null ? 0 : each];
        long rows = guidance == null ? batch.pictures() : 2L * batch.pictures();
        requireKnown(batch.conditioned().keySet());
        Tensor result = null;
        try {
            long[] shape = batched(rows, batch.latents());
            inputs.put(
                    ports.latents(),
                    Tensor.allocate(runtime, network.input(ports.latents()).type(), shape));
            inputs.put(TIMESTEP, timestep(runtime, rows));
            for (Map.Entry<String, Embeddings> entry : batch.conditioned().entrySet()) {
                List<float[]> values = new ArrayList<>();
                if (guidance != null) {
                    float[] row = batch.unconditioned().get(entry.getKey()).rows()[0];
                    values.addAll(Collections.nCopies(batch.pictures(), row));
                }
                values.addAll(Arrays.asList(entry.getValue().rows()));
                inputs.put(
                        entry.getKey(),
                        condition(runtime, entry.getKey(), entry.getValue().shape(), values));
            }
            result = Tensor.allocate(runtime, network.output(ports.output()).type(), shape);
        } finally {
            if (result == null) {
                inputs.values().forEach(Tensor::close);
            }
        }
        this.output = result;
        this.run = network.bind(inputs, Map.of(ports.output(), output));
    }

    private void requireKnown(Set<String> conditions) {
        for (String input : network.inputs().keySet()) {
            if (!input.equals(ports.latents()) && !input.equals(TIMESTEP) && !conditions.contains(input)) {
                throw new GeneratorException("%s has the input '%s', expected only %s, %s, %s"
                        .formatted(network.name(), input, ports.latents(), TIMESTEP, String.join(", ", conditions)));
            }
        }
    }

    /** Exports disagree on the timestep: a scalar, or one dimension. */
    private Tensor timestep(OnnxRuntime runtime, long rows) {
        TensorSpec spec = network.input(TIMESTEP);
        if (spec.rank() == 0) {
            return Tensor.allocate(runtime, spec.type());
        }
        long open = ports.timestepPerPicture() ? rows : 1;
        return Tensor.allocate(runtime, spec.type(), spec.shape()[0] > 0 ? spec.shape()[0] : open);
    }

    private Tensor condition(OnnxRuntime runtime, String input, long[] shape, List<float[]> rows) {
        TensorSpec spec = network.input(input);
        boolean forEach = spec.rank() == shape.length + 1;
        if (!forEach && spec.rank() != shape.length) {
            throw new GeneratorException("%s: input '%s' has %d dimensions, expected %d or %d"
                    .formatted(network.name(), input, spec.rank(), shape.length, shape.length + 1));
        }
        List<float[]> written = forEach ? rows : rows.subList(0, 1);
        Tensor tensor = Tensor.allocate(runtime, spec.type(), forEach ? batched(rows.size(), shape) : shape);
        int at = 0;
        for (float[] row : written) {
            tensor.putFloats(at, row, 0, row.length);
            at += row.length;
        }
        return tensor;
    }

    private static long[] batched(long rows, long[] shape) {
        return LongStream.concat(LongStream.of(rows), LongStream.of(shape)).toArray();
    }

    /**
     * Evaluates the network once on the whole batch.
     *
     * @param latents the scaled latents, flat
     * @param timestep the scheduler's
     * @param prediction takes the guided prediction, flat
     */
    void predict(RunScope scope, float[] latents, double timestep, float[] prediction) {
        Tensor sample = inputs.get(ports.latents());
        sample.putFloats(0, latents, 0, size);
        if (guidance != null) {
            sample.putFloats(size, latents, 0, size);
        }
        inputs.get(TIMESTEP).fill(timestep * ports.timestepScale());
        run.run(scope);
        if (guidance == null) {
            output.getFloats(0, prediction, 0, size);
            return;
        }
        for (int first = 0; first < size; first += each) {
            output.getFloats(first, unconditioned, 0, each);
            output.getFloats(size + first, prediction, first, each);
            guidance.apply(unconditioned, prediction, first);
        }
    }

    @Override
    public void close() {
        inputs.values().forEach(Tensor::close);
        output.close();
    }
}
