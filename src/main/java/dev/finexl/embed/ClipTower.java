package dev.finexl.embed;

import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.Tensor;
import dev.finexl.onnx.TensorSpec;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * One side of a CLIP pair: a session and the output that is the embedding. Exists because the two common exports differ
 * in what a side is: either a graph of its own, or one graph for both that wants the other side's inputs at every call,
 * which then get one picture of zeros or one text of a single token.
 */
final class ClipTower {

    static final String PIXELS = "pixel_values";
    static final String IDS = "input_ids";
    static final String MASK = "attention_mask";

    private final OnnxRuntime runtime;
    private final OnnxSession session;
    private final String output;
    private final int imageSize;

    /**
     * @param imageSize height and width of the pictures, for the stand-in where one is wanted
     */
    ClipTower(OnnxRuntime runtime, OnnxSession session, String output, int imageSize) {
        this.runtime = runtime;
        this.session = session;
        this.output = output;
        this.imageSize = imageSize;
        session.output(output);
    }

    /** The width of the embeddings where the graph states it, else -1. */
    int declaredWidth() {
        long[] shape = session.output(output).shape();
        return shape.length == 0 ? -1 : (int) shape[shape.length - 1];
    }

    /** A tensor for one of the inputs, of the type that the graph wants. The caller closes it. */
    Tensor input(String name, long... shape) {
        return Tensor.allocate(runtime, session.input(name).type(), shape);
    }

    /** The size of an input's last dimension where the graph fixes it, else -1. */
    int fixedLength(String name) {
        long[] shape = session.input(name).shape();
        return shape.length == 0 ? -1 : (int) shape[shape.length - 1];
    }

    /** Whether the graph has an input of this name. */
    boolean wants(String name) {
        return session.inputs().containsKey(name);
    }

    /**
     * Runs the tower.
     *
     * @return one row for each item, as the graph gives it
     */
    float[][] run(RunScope scope, Map<String, Tensor> given, int items) {
        if (given.keySet().containsAll(session.inputs().keySet())) {
            return rows(session.run(scope, given, output).values(), items);
        }
        Map<String, Tensor> standIns = new HashMap<>();
        try {
            for (TensorSpec wanted : session.inputs().values()) {
                if (!given.containsKey(wanted.name())) {
                    standIns.put(wanted.name(), standIn(wanted.name()));
                }
            }
            Map<String, Tensor> all = new HashMap<>(given);
            all.putAll(standIns);
            return rows(session.run(scope, all, output).values(), items);
        } finally {
            standIns.values().forEach(Tensor::close);
        }
    }

    private Tensor standIn(String name) {
        return switch (name) {
            case PIXELS -> input(PIXELS, 1, 3, imageSize, imageSize);
            case IDS -> input(IDS, 1, Math.max(1, fixedLength(IDS)));
            case MASK -> {
                Tensor mask = input(MASK, 1, Math.max(1, fixedLength(MASK)));
                mask.fill(1);
                yield mask;
            }
            default ->
                throw new EncoderException("%s wants an input '%s', expected only %s, %s and %s"
                        .formatted(session.name(), name, PIXELS, IDS, MASK));
        };
    }

    private float[][] rows(float[] embeddings, int items) {
        int width = embeddings.length / items;
        if (width * items != embeddings.length) {
            throw new EncoderException("%s: output '%s' has %d numbers for %d items"
                    .formatted(session.name(), output, embeddings.length, items));
        }
        float[][] rows = new float[items][];
        for (int i = 0; i < items; i++) {
            rows[i] = Arrays.copyOfRange(embeddings, i * width, (i + 1) * width);
        }
        return rows;
    }

    /**
     * Rows of this tower at length 1, as new arrays.
     *
     * @throws EncoderException if a row has no length or is not finite
     */
    float[][] normalised(float[][] rows) {
        float[][] unit = new float[rows.length][];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = normalised(rows[i]);
        }
        return unit;
    }

    private float[] normalised(float[] row) {
        double sum = 0;
        for (float x : row) {
            sum += (double) x * x;
        }
        if (!(sum > 0) || Double.isInfinite(sum)) {
            throw new EncoderException(
                    "%s: output '%s' holds an embedding without length or with numbers that are not finite"
                            .formatted(session.name(), output));
        }
        double scale = 1 / Math.sqrt(sum);
        float[] unit = new float[row.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (row[i] * scale);
        }
        return unit;
    }
}
