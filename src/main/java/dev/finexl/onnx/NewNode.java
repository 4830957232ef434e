package dev.finexl.onnx;

import java.util.List;
import java.util.Map;

/**
 * A node that a graph gets in place of one of its own. It has one result.
 *
 * @param domain the operator set; empty for ONNX's own
 * @param lists attributes that are a list of whole numbers, by name
 * @param integers attributes that are a whole number
 * @param floats attributes that are a float32
 */
record NewNode(
        String opType,
        String domain,
        List<String> inputs,
        String output,
        Map<String, List<Long>> lists,
        Map<String, Long> integers,
        Map<String, Float> floats) {

    /** The domain of ONNX Runtime's own operators. */
    static final String CONTRIB = "com.microsoft";

    NewNode {
        inputs = List.copyOf(inputs);
        lists = Map.copyOf(lists);
        integers = Map.copyOf(integers);
        floats = Map.copyOf(floats);
    }

    static NewNode transpose(String input, String output, List<Long> perm) {
        return new NewNode("Transpose", "", List.of(input), output, Map.of("perm", perm), Map.of(), Map.of());
    }

    static NewNode reshape(String input, String shape, String output) {
        return new NewNode("Reshape", "", List.of(input, shape), output, Map.of(), Map.of(), Map.of());
    }

    /**
     * Softmax(scale · Q Kᵀ) V for each head, without a mask.
     *
     * @param query of shape (batch, tokens, heads · size)
     * @param key of shape (batch, other tokens, heads · size)
     * @param value of shape (batch, other tokens, heads · another size)
     * @param output of shape (batch, tokens, heads · another size)
     */
    static NewNode attention(String query, String key, String value, String output, long heads, float scale) {
        return new NewNode(
                "MultiHeadAttention",
                CONTRIB,
                List.of(query, key, value),
                output,
                Map.of(),
                Map.of("num_heads", heads),
                Map.of("scale", scale));
    }
}
