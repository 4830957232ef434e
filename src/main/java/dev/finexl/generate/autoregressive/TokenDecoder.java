package dev.finexl.generate.autoregressive;

import dev.finexl.generate.GeneratorException;
import dev.finexl.generate.described.GeneratorJson;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The decoder over one batch: token by token, with the keys and values of the tokens before fed back to it, so that each step
 * costs one token and not the whole sequence. Not thread-safe.
 */
final class TokenDecoder implements AutoCloseable {

    static final String IDS = "input_ids";
    static final String POSITIONS = "position_ids";
    static final String LOGITS = "logits";

    private final OnnxRuntime runtime;
    private final OnnxSession session;
    private final Shape shape;
    private final int rows;
    private final Map<String, Tensor> inputs = new LinkedHashMap<>();
    private int position;

    /**
     * What {@code generator.json} says of the decoder.
     *
     * @param tokens of one picture
     * @param vocabulary how many different ones there are
     * @param begin what stands before the first
     */
    record Shape(int tokens, int vocabulary, int begin, int layers, int heads, int headSize) {

        private static final int MOST_TOKENS = 1 << 14;
        private static final int MOST_WORDS = 1 << 20;
        private static final int MOST_LAYERS = 256;
        private static final int WIDEST = 1024;

        static Shape read(GeneratorJson json) {
            return new Shape(
                    json.whole("tokens", 1, MOST_TOKENS),
                    json.whole("vocabulary", 2, MOST_WORDS),
                    json.whole("begin_token", 0, Integer.MAX_VALUE),
                    json.whole("layers", 1, MOST_LAYERS),
                    json.whole("heads", 1, WIDEST),
                    json.whole("head_size", 1, WIDEST));
        }

        /** The inputs of what came before, in the order of {@link #present}. */
        List<String> past() {
            return names("past_key_values");
        }

        /** The outputs that are the next step's past. */
        List<String> present() {
            return names("present");
        }

        private List<String> names(String prefix) {
            List<String> names = new ArrayList<>();
            for (int layer = 0; layer < layers; layer++) {
                names.add(prefix + "." + layer + ".key");
                names.add(prefix + "." + layer + ".value");
            }
            return names;
        }
    }

    /**
     * @param condition of each row, which this closes
     * @param rows pictures, counted twice where they are guided
     */
    TokenDecoder(OnnxRuntime runtime, OnnxSession session, Shape shape, Map<String, Tensor> condition, int rows) {
        this.runtime = runtime;
        this.session = session;
        this.shape = shape;
        this.rows = rows;
        inputs.putAll(condition);
        inputs.put(IDS, Tensor.allocate(runtime, session.input(IDS).type(), rows, 1));
        if (session.inputs().containsKey(POSITIONS)) {
            inputs.put(
                    POSITIONS, Tensor.allocate(runtime, session.input(POSITIONS).type(), rows, 1));
        }
        for (String past : shape.past()) {
            inputs.put(
                    past,
                    Tensor.allocate(runtime, session.input(past).type(), rows, shape.heads(), 0, shape.headSize()));
        }
    }

    /**
     * Takes the next token of each row, and says what may follow.
     *
     * @param tokens one for each row
     * @return logits, one row of the vocabulary's length for each
     */
    float[][] next(RunScope scope, int[] tokens) {
        for (int row = 0; row < rows; row++) {
            inputs.get(IDS).putLong(row, tokens[row]);
            if (inputs.containsKey(POSITIONS)) {
                inputs.get(POSITIONS).putLong(row, position);
            }
        }
        List<String> wanted = new ArrayList<>(List.of(LOGITS));
        wanted.addAll(shape.present());
        List<Tensor> outputs = session.tensors(scope, inputs, wanted);
        List<String> past = shape.past();
        for (int i = 0; i < past.size(); i++) {
            inputs.put(past.get(i), outputs.get(1 + i)).close();
        }
        position++;
        try (Tensor logits = outputs.getFirst()) {
            return rows(logits);
        }
    }

    private float[][] rows(Tensor logits) {
        long[] expected = {rows, 1, shape.vocabulary()};
        if (!Arrays.equals(logits.shape(), expected)) {
            throw new GeneratorException("%s: output '%s' has the shape %s, expected %s"
                    .formatted(session.name(), LOGITS, Arrays.toString(logits.shape()), Arrays.toString(expected)));
        }
        float[][] all = new float[rows][shape.vocabulary()];
        for (int row = 0; row < rows; row++) {
            logits.getFloats(row * shape.vocabulary(), all[row], 0, shape.vocabulary());
            for (float logit : all[row]) {
                if (!Float.isFinite(logit)) {
                    throw new GeneratorException(session.name() + ": a logit is not finite (" + logit + ")");
                }
            }
        }
        return all;
    }

    @Override
    public void close() {
        inputs.values().forEach(Tensor::close);
    }
}
