package dev.finexl.generate.diffusion;

import dev.finexl.embed.ClipTokenizer;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.Tensor;
import dev.finexl.onnx.TensorSpec;
import java.util.List;
import java.util.Map;

/**
 * Turns prompts into what the denoiser is conditioned on: the last hidden state of the CLIP text encoder, one row of
 * {@code tokens × width} numbers for each prompt.
 */
final class TextConditioner {

    private static final String INPUT = "input_ids";
    private static final String OUTPUT = "last_hidden_state";

    private final OnnxRuntime runtime;
    private final ClipTokenizer tokenizer;
    private final OnnxSession encoder;
    private final TensorSpec ids;

    TextConditioner(OnnxRuntime runtime, ClipTokenizer tokenizer, OnnxSession encoder) {
        this.runtime = runtime;
        this.tokenizer = tokenizer;
        this.encoder = encoder;
        this.ids = encoder.input(INPUT);
        encoder.output(OUTPUT);
    }

    /**
     * @return for each prompt {@code tokens × width} numbers, row-major
     */
    float[][] encode(RunScope scope, List<String> prompts) {
        int tokens = tokenizer.contextLength();
        try (Tensor input = Tensor.allocate(runtime, ids.type(), prompts.size(), tokens)) {
            for (int p = 0; p < prompts.size(); p++) {
                long[] row = tokenizer.encode(prompts.get(p));
                for (int i = 0; i < tokens; i++) {
                    input.putLong(p * tokens + i, row[i]);
                }
            }
            try (Tensor states = encoder.run(scope, Map.of(INPUT, input), OUTPUT)) {
                int each = states.size() / prompts.size();
                float[][] rows = new float[prompts.size()][each];
                for (int p = 0; p < prompts.size(); p++) {
                    states.getFloats(p * each, rows[p], 0, each);
                }
                return rows;
            }
        }
    }

    int tokens() {
        return tokenizer.contextLength();
    }
}
