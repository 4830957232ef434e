package dev.finexl.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.finexl.store.ElementType;
import dev.finexl.store.MemoryFiles;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Attention as exporters spell it out, and what looks like it. */
class AttentionFusionTest {

    private static final OnnxRuntime RUNTIME = new OnnxRuntime(OnnxSettings.cpu());
    private static final int CAST_TO_FLOAT32 = 1;

    private static OnnxBytes numbers() {
        return new OnnxBytes()
                .initializer(OnnxBytes.tensor("half", 1).bytes(9, OnnxBytes.stored(ElementType.F32, 0.5f)))
                .initializer(OnnxBytes.tensor("three", 1, 1).bytes(9, OnnxBytes.stored(ElementType.F32, 3)));
    }

    /** Heads as parts of the batch: 3 of 140 tokens, which look at 130. */
    private static OnnxBytes merged() {
        return numbers()
                .value(11, "q", ElementType.F32, 3, 140, 8)
                .value(11, "k", ElementType.F32, 3, 130, 8)
                .value(11, "v", ElementType.F32, 3, 130, 5)
                .node("t", "Transpose", List.of("k"), "kt", OnnxBytes.attribute("perm", 0, 2, 1));
    }

    /** Heads beside the batch: 2 · 4. */
    private static OnnxBytes separate() {
        return numbers()
                .value(11, "q", ElementType.F32, 2, 4, 140, 8)
                .value(11, "k", ElementType.F32, 2, 4, 130, 8)
                .value(11, "v", ElementType.F32, 2, 4, 130, 5);
    }

    private static OnnxBytes attention(OnnxBytes graph, String query, String key) {
        return graph.node("a", "MatMul", List.of(query, key), "scores")
                .node("s", "Softmax", List.of("scores"), "shares", OnnxBytes.attribute("axis", -1))
                .node("b", "MatMul", List.of("shares", "v"), "y");
    }

    private static OnnxBytes withResult(OnnxBytes graph, String name) {
        return graph.graph(12, new ProtoBytes().text(1, name));
    }

    @Test
    void takesHeadsThatArePartsOfTheBatch() throws IOException, OrtException {
        assertFused(attention(merged(), "q", "kt"), Map.of("MatMul", 0L, "Softmax", 0L, "Transpose", 0L));
    }

    @Test
    void takesHeadsBesideTheBatch() throws IOException, OrtException {
        OnnxBytes graph = separate()
                .node("t", "Transpose", List.of("k"), "kt", OnnxBytes.attribute("perm", 0, 1, 3, 2))
                .node("mq", "Mul", List.of("q", "half"), "q2")
                .node("mk", "Mul", List.of("three", "kt"), "k2");
        assertFused(attention(graph, "q2", "k2"), Map.of("MatMul", 0L, "Softmax", 0L, "Mul", 0L));
    }

    @Test
    void takesWhatLayersMadeOfTokensWithoutTransposingItTwice() throws IOException, OrtException {
        OnnxBytes graph = numbers()
                .value(11, "x", ElementType.F32, 2, 140, 32)
                .initializer(OnnxBytes.tensor("apart", 7, 4)
                        .varint(7, 0)
                        .varint(7, 0)
                        .varint(7, 4)
                        .varint(7, 8))
                .node("r", "Reshape", List.of("x", "apart"), "heads")
                .node("tq", "Transpose", List.of("heads"), "q", OnnxBytes.attribute("perm", 0, 2, 1, 3))
                .node("tk", "Transpose", List.of("heads"), "kt", OnnxBytes.attribute("perm", 0, 2, 3, 1))
                .node("tv", "Transpose", List.of("heads"), "v", OnnxBytes.attribute("perm", 0, 2, 1, 3));
        // The one that is left turns the result.
        assertFused(attention(graph, "q", "kt"), Map.of("MatMul", 0L, "Softmax", 0L, "Transpose", 1L, "Reshape", 1L));
    }

    @Test
    void takesAKeyThatIsTransposedElsewhere() throws IOException, OrtException {
        OnnxBytes three = numbers()
                .value(11, "q", ElementType.F32, 3, 140, 8)
                .value(11, "kt", ElementType.F32, 3, 8, 130)
                .value(11, "v", ElementType.F32, 3, 130, 5);
        assertFused(attention(three, "q", "kt"), Map.of("MatMul", 0L, "Transpose", 1L));
        OnnxBytes four = numbers()
                .value(11, "q", ElementType.F32, 2, 4, 140, 8)
                .value(11, "kt", ElementType.F32, 2, 4, 8, 130)
                .value(11, "v", ElementType.F32, 2, 4, 130, 5);
        assertFused(attention(four, "q", "kt"), Map.of("MatMul", 0L));
    }

    @Test
    void takesScalesAndCastsBetweenTheProducts() throws IOException, OrtException {
        OnnxBytes graph = merged().node("a", "MatMul", List.of("q", "kt"), "products")
                .node("m", "Mul", List.of("half", "products"), "scaled")
                .node("d", "Div", List.of("scaled", "three"), "less")
                .node("c", "Cast", List.of("less"), "scores", OnnxBytes.attribute("to", CAST_TO_FLOAT32))
                .node("s", "Softmax", List.of("scores"), "shares", OnnxBytes.attribute("axis", 2))
                .node("c2", "Cast", List.of("shares"), "cast", OnnxBytes.attribute("to", CAST_TO_FLOAT32))
                .node("b", "MatMul", List.of("cast", "v"), "y");
        assertFused(graph, Map.of("MatMul", 0L, "Mul", 0L, "Div", 0L, "Cast", 0L));
    }

    @Test
    void leavesAMask() throws IOException {
        assertLeft(merged().value(11, "mask", ElementType.F32, 140, 130)
                .node("a", "MatMul", List.of("q", "kt"), "products")
                .node("m", "Add", List.of("products", "mask"), "scores")
                .node("s", "Softmax", List.of("scores"), "shares", OnnxBytes.attribute("axis", -1))
                .node("b", "MatMul", List.of("shares", "v"), "y"));
    }

    @Test
    void leavesASoftmaxOverSomethingElse() throws IOException {
        for (int axis : new int[] {0, 1, -2}) {
            assertLeft(merged().node("a", "MatMul", List.of("q", "kt"), "scores")
                    .node("s", "Softmax", List.of("scores"), "shares", OnnxBytes.attribute("axis", axis))
                    .node("b", "MatMul", List.of("shares", "v"), "y"));
        }
    }

    @Test
    void leavesWhatSomethingElseNeedsToo() throws IOException {
        for (String value : List.of("scores", "shares")) {
            assertLeft(withResult(attention(merged(), "q", "kt"), value));
            assertLeft(withResult(attention(merged(), "q", "kt").node("n", "Neg", List.of(value), "other"), "other"));
        }
    }

    @Test
    void leavesWhatIsSpreadOverABatch() throws IOException {
        OnnxBytes graph = numbers()
                .value(11, "q", ElementType.F32, 3, 140, 8)
                .value(11, "kt", ElementType.F32, 1, 8, 130)
                .value(11, "v", ElementType.F32, 1, 130, 5);
        assertLeft(attention(graph, "q", "kt"));
    }

    @Test
    void leavesFewTokens() throws IOException {
        OnnxBytes graph = numbers()
                .value(11, "q", ElementType.F32, 3, 100, 8)
                .value(11, "kt", ElementType.F32, 3, 8, 100)
                .value(11, "v", ElementType.F32, 3, 100, 5);
        assertLeft(attention(graph, "q", "kt"));
    }

    @Test
    void leavesAGraphWithOtherFloats() throws IOException {
        assertLeft(attention(merged(), "q", "kt").value(11, "half precision", ElementType.F16, 1));
        assertLeft(attention(merged(), "q", "kt").weight("narrow", ElementType.BF16, new long[] {1}, 1));
        assertLeft(
                attention(merged(), "q", "kt").node("c", "Cast", List.of("q"), "cast", OnnxBytes.attribute("to", 16)));
    }

    @Test
    void leavesScalesThatAreNone() throws IOException {
        for (float number : new float[] {0, -1, Float.NaN, Float.POSITIVE_INFINITY}) {
            OnnxBytes graph = merged().initializer(
                            OnnxBytes.tensor("number", 1).bytes(9, OnnxBytes.stored(ElementType.F32, number)))
                    .node("m", "Mul", List.of("q", "number"), "scaled");
            assertLeft(attention(graph, "scaled", "kt"));
        }
    }

    @Test
    void endsWhereAGraphGoesRoundInCircles() throws IOException {
        assertLeft(merged().node("m", "Mul", List.of("around", "half"), "back")
                .node("m2", "Mul", List.of("back", "half"), "around")
                .node("s", "Softmax", List.of("around"), "shares", OnnxBytes.attribute("axis", -1))
                .node("b", "MatMul", List.of("shares", "v"), "y"));
    }

    private static void assertLeft(OnnxBytes graph) throws IOException {
        Simplification simplification = withResult(graph, "y").read().simplification(UsualShapes.NONE, true);
        assertThat(simplification.replaced()).isEmpty();
    }

    /** @param counts how many nodes of an operator are left */
    private static void assertFused(OnnxBytes spelt, Map<String, Long> counts) throws IOException, OrtException {
        OnnxGraph graph = withResult(spelt, "y").read();
        assertThat(graph.simplification(UsualShapes.NONE, false).replaced()).isEmpty();

        byte[] simplified = graph.skeleton(Set.of(), Set.of(), Map.of(), graph.simplification(UsualShapes.NONE, true));

        OnnxGraph fused = OnnxGraph.read(new MemoryFiles().with("m.onnx", simplified), "m.onnx");
        assertThat(fused.nodes())
                .filteredOn(node -> node.opType().equals("MultiHeadAttention"))
                .hasSize(1);
        counts.forEach((operator, count) -> assertThat(
                        fused.nodes().stream().filter(node -> node.opType().equals(operator)))
                .as(operator)
                .hasSize(count.intValue()));
        float[] expected = run(graph.files().read(graph.name(), 1 << 20));
        float[] actual = run(simplified);
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(1e-5f));
        }
    }

    private static float[] run(byte[] model) throws OrtException {
        Random random = new Random(1);
        try (OrtSession.SessionOptions options = RUNTIME.sessionOptions();
                OrtSession session = RUNTIME.environment().createSession(model, options)) {
            Map<String, OnnxTensor> inputs = new TreeMap<>();
            try {
                for (String name : session.getInputNames().stream().sorted().toList()) {
                    long[] shape =
                            ((TensorInfo) session.getInputInfo().get(name).getInfo()).getShape();
                    int size = Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b));
                    FloatBuffer values = FloatBuffer.allocate(size);
                    while (values.hasRemaining()) {
                        values.put((float) random.nextGaussian());
                    }
                    inputs.put(name, OnnxTensor.createTensor(RUNTIME.environment(), values.flip(), shape));
                }
                try (OrtSession.Result result = session.run(inputs)) {
                    FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer();
                    float[] all = new float[values.remaining()];
                    values.get(all);
                    return all;
                }
            } finally {
                inputs.values().forEach(OnnxTensor::close);
            }
        }
    }
}
