package dev.finexl.onnx;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The shapes that nearly all runs of a model give its inputs: a denoiser gets latents of the size that it was made for, and prompts
 * of as many tokens as its text encoder has. Of a graph that is opened for them all is computed beforehand that depends on
 * nothing else, see {@link Simplification}; a run with others has a session of its own.
 *
 * @param inputs by input, its dimensions in order, {@value #ANY} for one that differs from run to run
 */
public record UsualShapes(Map<String, List<Long>> inputs) {

    /** Of a dimension: as the graph has it. */
    public static final long ANY = -1;

    /** No shape is more usual than others. */
    public static final UsualShapes NONE = new UsualShapes(Map.of());

    public UsualShapes {
        inputs = Map.copyOf(inputs);
    }

    /** Whether a run's inputs have these shapes. */
    boolean are(Map<String, Tensor> run) {
        return inputs.entrySet().stream().allMatch(usual -> {
            Tensor tensor = run.get(usual.getKey());
            return tensor != null && are(usual.getValue(), tensor.shape());
        });
    }

    private static boolean are(List<Long> usual, long[] shape) {
        if (usual.size() != shape.length) {
            return false;
        }
        for (int i = 0; i < shape.length; i++) {
            if (usual.get(i) != ANY && usual.get(i) != shape[i]) {
                return false;
            }
        }
        return true;
    }

    /** What they add to the shapes that a graph declares. One with another number of dimensions adds nothing. */
    Map<String, List<Dim>> in(Map<String, List<Dim>> declared) {
        Map<String, List<Dim>> known = new HashMap<>();
        inputs.forEach((input, usual) -> {
            List<Dim> dims = declared.getOrDefault(input, List.of());
            if (dims.size() == usual.size()) {
                Dim[] shape = dims.toArray(Dim[]::new);
                Arrays.setAll(shape, i -> shape[i].isNumber() || usual.get(i) == ANY ? shape[i] : Dim.of(usual.get(i)));
                known.put(input, List.of(shape));
            }
        });
        return known;
    }

    /** The same for the same shapes, in words for a key. */
    List<String> words() {
        return inputs.entrySet().stream().map(Object::toString).sorted().toList();
    }
}
