package dev.finexl.generate.diffusion;

import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.Output;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * One text encoder of a model, CLIP or T5: prompts in, embeddings out. Outputs are found by name: exports list them in
 * different orders, and which of them a family conditions on differs.
 */
final class PromptEncoder {

    /** After the final layer norm: {@code [tokens, width]}. */
    static final String LAST_STATE = "last_hidden_state";
    /** CLIP's state at the end of text, without projection: {@code [width]}. */
    static final String POOLED = "pooler_output";
    /** CLIP's state at the end of text, projected: {@code [width]}. */
    static final String PROJECTED = "text_embeds";

    private static final String IDS = "input_ids";
    private static final String MASK = "attention_mask";
    private static final String STATE = "hidden_states.";

    private final OnnxRuntime runtime;
    private final OnnxSession session;

    PromptEncoder(OnnxRuntime runtime, OnnxSession session) {
        this.runtime = runtime;
        this.session = session;
    }

    /**
     * The output that holds the states before the last layer, without the final layer norm.
     *
     * @throws dev.finexl.onnx.OnnxException if the export has no states of single layers
     */
    String penultimateState() {
        int layers = 0;
        while (session.outputs().containsKey(STATE + (layers + 1))) {
            layers++;
        }
        return session.output(STATE + Math.max(0, layers - 1)).name();
    }

    /**
     * @param tokenizer gives each prompt equally many ids
     * @param outputs the names of those that are wanted
     * @return the wanted outputs, in their order
     * @throws dev.finexl.onnx.OnnxException if the encoder lacks one of them
     */
    List<Embeddings> encode(
            RunScope scope, List<String> prompts, Function<String, long[]> tokenizer, String... outputs) {
        long[][] ids = prompts.stream().map(tokenizer).toArray(long[][]::new);
        for (String output : outputs) {
            session.output(output);
        }
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        try {
            inputs.put(IDS, integers(IDS, ids));
            if (session.inputs().containsKey(MASK)) {
                // Diffusion pipelines let the encoder attend to padding, as the denoiser was trained with it.
                long[][] ones = new long[ids.length][ids[0].length];
                for (long[] row : ones) {
                    Arrays.fill(row, 1);
                }
                inputs.put(MASK, integers(MASK, ones));
            }
            List<Embeddings> embeddings = new ArrayList<>();
            for (Output result : session.run(scope, inputs, List.of(outputs))) {
                embeddings.add(embeddings(result));
            }
            return embeddings;
        } finally {
            inputs.values().forEach(Tensor::close);
        }
    }

    private Tensor integers(String input, long[][] rows) {
        Tensor tensor = Tensor.allocate(runtime, session.input(input).type(), rows.length, rows[0].length);
        for (int p = 0; p < rows.length; p++) {
            for (int i = 0; i < rows[p].length; i++) {
                tensor.putLong(p * rows[p].length + i, rows[p][i]);
            }
        }
        return tensor;
    }

    private static Embeddings embeddings(Output result) {
        long[] shape = result.shape();
        float[][] rows = new float[Math.toIntExact(shape[0])][];
        int each = result.values().length / rows.length;
        for (int p = 0; p < rows.length; p++) {
            rows[p] = Arrays.copyOfRange(result.values(), p * each, (p + 1) * each);
        }
        return new Embeddings(Arrays.copyOfRange(shape, 1, shape.length), rows);
    }
}
