package dev.finexl.generate.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.CompatModels;
import dev.finexl.onnx.OnnxBytes;
import dev.finexl.onnx.OnnxGraph;
import dev.finexl.onnx.OnnxNode;
import dev.finexl.onnx.ProtoBytes;
import dev.finexl.store.ElementType;
import dev.finexl.store.Floats;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.SafetensorsBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class LoraMergerTest {

    private static Map<LoraPart, OnnxGraph> sd1() throws IOException {
        return Map.of(
                LoraPart.UNET, OnnxGraph.read(CompatModels.sd1(), "unet/model.onnx"),
                LoraPart.TEXT_ENCODER, OnnxGraph.read(CompatModels.sd1(), "text_encoder/model.onnx"));
    }

    private static LoraFile lora(String file) throws IOException {
        return LoraFile.read(CompatModels.sd1(), file);
    }

    static Stream<JsonNode> goldenLoras() throws IOException {
        return LoraFileTest.golden("loras");
    }

    static Stream<JsonNode> goldenRefusals() throws IOException {
        return LoraFileTest.golden("refuse");
    }

    /**
     * Every layer that the golden list names, and no other, has W + weight x scale x up . down, computed here in double
     * precision, element by element, from the node's name alone.
     */
    @ParameterizedTest
    @MethodSource("goldenLoras")
    void mergesEveryFormOfTheEcosystem(JsonNode golden) throws IOException {
        Map<LoraPart, OnnxGraph> graphs = sd1();
        LoraFile lora = lora(golden.get("file").asText());
        double weight = -0.75;
        Map<LoraPart, Map<String, ByteBuffer>> merged =
                new LoraMerger(LoraFamily.STABLE_DIFFUSION_1, graphs).merge(List.of(new WeightedLora(lora, weight)));
        int layers = 0;
        for (JsonNode module : golden.get("modules")) {
            String path = module.get("module").asText();
            LoraPart part = path.startsWith("unet.") ? LoraPart.UNET : LoraPart.TEXT_ENCODER;
            OnnxGraph graph = graphs.get(part);
            OnnxNode node = nodeOf(graph, path.substring(part.folder().length() + 1));
            ByteBuffer actual = merged.get(part).get(node.inputs().get(1));
            assertThat(actual.isDirect()).isTrue();
            assertThat(actual.order()).isEqualTo(ByteOrder.nativeOrder());
            float[] down = lora.values(factor(lora, module.get("keys").get(0).asText()));
            float[] up = lora.values(factor(lora, module.get("keys").get(1).asText()));
            int rank = module.get("rank").asInt();
            int in = down.length / rank;
            int out = up.length / rank;
            float[] base =
                    floats(graph.bytes(graph.initializers().get(node.inputs().get(1))), in * out);
            float[] result = floats(MemorySegment.ofBuffer(actual), in * out);
            for (int o = 0; o < out; o++) {
                for (int i = 0; i < in; i++) {
                    double update = 0;
                    for (int r = 0; r < rank; r++) {
                        update += (double) up[o * rank + r] * down[r * in + i];
                    }
                    int at = node.opType().equals("MatMul") ? i * out + o : o * in + i;
                    double expected = base[at] + weight * module.get("scale").asDouble() * update;
                    assertThat((double) result[at]).isEqualTo(expected, within(2e-6 * (1 + Math.abs(expected))));
                }
            }
            layers++;
        }
        assertThat(merged.values().stream().mapToInt(Map::size).sum()).isEqualTo(layers);
    }

    /** A module's node: exporters write "a.0.b" as "/a.0/b/" and then the operator. */
    private static OnnxNode nodeOf(OnnxGraph graph, String path) {
        String folder = "/" + path.replaceAll("\\.(?![0-9])", "/") + "/";
        return graph.nodes().stream()
                .filter(node -> List.of(folder + "MatMul", folder + "Gemm", folder + "Conv")
                        .contains(node.name()))
                .findFirst()
                .orElseThrow();
    }

    private static LoraFactor factor(LoraFile lora, String key) {
        return lora.modules().stream()
                .flatMap(module -> Stream.of(module.down(), module.up()))
                .filter(factor -> factor.key().equals(key))
                .findFirst()
                .orElseThrow();
    }

    private static float[] floats(MemorySegment bytes, int count) {
        assertThat(bytes.byteSize()).isEqualTo(4L * count);
        float[] values = new float[count];
        Floats.load(ElementType.F32, bytes, 0, values);
        return values;
    }

    @Test
    void addsUpSeveralLoras() throws IOException {
        LoraFile first = lora("loras/peft-unet-and-text.safetensors");
        LoraFile second = lora("loras/kohya.safetensors");
        LoraMerger merger = new LoraMerger(LoraFamily.STABLE_DIFFUSION_1, sd1());
        var both = merger.merge(List.of(new WeightedLora(first, 0.7), new WeightedLora(second, -0.4)));
        var one = merger.merge(List.of(new WeightedLora(first, 0.7)));
        var other = merger.merge(List.of(new WeightedLora(second, -0.4)));
        String weight = "onnx::MatMul_1628";
        OnnxGraph unet = OnnxGraph.read(CompatModels.sd1(), "unet/model.onnx");
        float[] base = floats(unet.bytes(unet.initializers().get(weight)), 64);
        float[] sum = values(both, weight);
        float[] a = values(one, weight);
        float[] b = values(other, weight);
        for (int i = 0; i < base.length; i++) {
            assertThat(sum[i]).isCloseTo(a[i] + b[i] - base[i], within(1e-6f));
        }
        assertThat(both.get(LoraPart.TEXT_ENCODER)).hasSize(18);
    }

    private static float[] values(Map<LoraPart, Map<String, ByteBuffer>> merged, String weight) {
        return floats(MemorySegment.ofBuffer(merged.get(LoraPart.UNET).get(weight)), 64);
    }

    @Test
    void addsTheSameLoraTwice() throws IOException {
        OnnxBytes model = zeros(2, 3).node("/a/b/MatMul", "MatMul", List.of("x", "w"), "y");
        WeightedLora half =
                new WeightedLora(LoraFile.of(pair("unet.a.b", 10, 100).read()), 0.5);
        Map<String, ByteBuffer> merged = new LoraMerger(
                        LoraFamily.STABLE_DIFFUSION_1, Map.of(LoraPart.UNET, model.read()))
                .merge(List.of(half, half))
                .get(LoraPart.UNET);
        assertThat(floats(MemorySegment.ofBuffer(merged.get("w")), 6)).containsExactly(UPDATED_IN_FIRST);
    }

    @Test
    void changesNothingWithWeightZeroAndNothingWithoutLoras() throws IOException {
        Map<LoraPart, OnnxGraph> graphs = sd1();
        LoraMerger merger = new LoraMerger(LoraFamily.STABLE_DIFFUSION_1, graphs);
        assertThat(merger.merge(List.of())).isEmpty();
        OnnxGraph unet = graphs.get(LoraPart.UNET);
        merger.merge(List.of(new WeightedLora(lora("loras/kohya-locon.safetensors"), 0)))
                .get(LoraPart.UNET)
                .forEach((name, buffer) -> {
                    int count = buffer.remaining() / 4;
                    assertThat(floats(MemorySegment.ofBuffer(buffer), count)).isEqualTo(baseValues(unet, name, count));
                });
    }

    private static float[] baseValues(OnnxGraph graph, String name, int count) {
        try {
            return floats(graph.bytes(graph.initializers().get(name)), count);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("goldenRefusals")
    void refusesWhatCannotBeMergedAndNamesTheKey(JsonNode golden) throws IOException {
        LoraMerger merger = new LoraMerger(LoraFamily.STABLE_DIFFUSION_1, sd1());
        String file = golden.get("file").asText();
        assertThatThrownBy(() -> merger.merge(List.of(new WeightedLora(lora(file), 1))))
                .isInstanceOf(LoraException.class)
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("sd1: file '%s'".formatted(file))
                .hasMessageContaining(
                        "key '%s'".formatted(golden.get("offending_key").asText()));
    }

    @Test
    void refusesWeightsThatAreNotFinite() throws IOException {
        LoraFile lora = lora("loras/kohya.safetensors");
        for (double weight : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new WeightedLora(lora, weight))
                    .isInstanceOf(LoraException.class)
                    .hasMessageContaining("weight " + weight + "; expected a finite number");
        }
    }

    @Test
    void refusesALoraForAPartThatTheModelLacks() throws IOException {
        LoraMerger merger =
                new LoraMerger(LoraFamily.STABLE_DIFFUSION_1, Map.of(LoraPart.UNET, sd1().get(LoraPart.UNET)));
        assertThatThrownBy(() -> merger.merge(List.of(new WeightedLora(lora("loras/diffusers-old.safetensors"), 1))))
                .isInstanceOf(LoraException.class)
                .hasMessageContaining("is for the text_encoder, which the model does not have");
    }

    // Small graphs from here on: one layer "a.b" with 2 inputs and 3 outputs, changed by up [1, 2, 3] . down [10, 100].

    private static final float[] UPDATED_OUT_FIRST = {10, 100, 20, 200, 30, 300};
    private static final float[] UPDATED_IN_FIRST = {10, 20, 30, 100, 200, 300};

    private static SafetensorsBytes pair(String layer, float... down) {
        return new SafetensorsBytes()
                .floats(layer + ".lora_A.weight", new long[] {1, down.length}, down)
                .floats(layer + ".lora_B.weight", new long[] {3, 1}, 1, 2, 3);
    }

    private static Map<String, ByteBuffer> merge(LoraPart part, OnnxBytes model, SafetensorsBytes lora)
            throws IOException {
        return new LoraMerger(LoraFamily.STABLE_DIFFUSION_1, Map.of(part, model.read()))
                .merge(List.of(new WeightedLora(LoraFile.of(lora.read()), 1)))
                .get(part);
    }

    private static float[] mergeOne(OnnxBytes model, ElementType type) throws IOException {
        Map<String, ByteBuffer> merged = merge(LoraPart.UNET, model, pair("unet.a.b", 10, 100));
        assertThat(merged).containsOnlyKeys("w");
        float[] values = new float[6];
        Floats.load(type, MemorySegment.ofBuffer(merged.get("w")), 0, values);
        return values;
    }

    private static OnnxBytes zeros(long... shape) {
        return new OnnxBytes().weight("w", ElementType.F32, shape, new float[6]);
    }

    @Test
    void followsTheLayoutOfEachOperator() throws IOException {
        assertThat(mergeOne(zeros(2, 3).node("/a/b/MatMul", "MatMul", List.of("x", "w"), "y"), ElementType.F32))
                .containsExactly(UPDATED_IN_FIRST);
        assertThat(mergeOne(zeros(2, 3).node("/a/b/Gemm", "Gemm", List.of("x", "w"), "y"), ElementType.F32))
                .containsExactly(UPDATED_IN_FIRST);
        assertThat(mergeOne(
                        zeros(3, 2).node("/a/b/Gemm", "Gemm", List.of("x", "w"), "y", OnnxBytes.attribute("transB", 1)),
                        ElementType.F32))
                .containsExactly(UPDATED_OUT_FIRST);
        assertThat(mergeOne(zeros(3, 2, 1, 1).node("/a/b/Conv", "Conv", List.of("x", "w"), "y"), ElementType.F32))
                .containsExactly(UPDATED_OUT_FIRST);
    }

    @Test
    void followsIdentityAndTranspose() throws IOException {
        OnnxBytes model = zeros(3, 2)
                .node("Identity_1", "Identity", List.of("w"), "same")
                .node("/a/b/Transpose", "Transpose", List.of("same"), "turned", OnnxBytes.attribute("perm", 1L, 0L))
                .node("/a/b/MatMul", "MatMul", List.of("x", "turned"), "y");
        assertThat(mergeOne(model, ElementType.F32)).containsExactly(UPDATED_OUT_FIRST);
    }

    @Test
    void endsOnAGraphThatLoops() {
        OnnxBytes model = zeros(2, 3)
                .node("1", "Identity", List.of("p"), "q")
                .node("2", "Identity", List.of("q"), "p")
                .node("/a/b/MatMul", "MatMul", List.of("x", "p"), "y");
        assertThatThrownBy(() -> mergeOne(model, ElementType.F32))
                .isInstanceOf(LoraException.class)
                .hasMessageContaining("names no layer");
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void roundsOnceToTheFormatOfTheWeight(ElementType type) throws IOException {
        OnnxBytes model = new OnnxBytes()
                .weight("w", type, new long[] {2, 3}, 0.5f, 0.5f, 0.5f, 1024, 1024, 1024)
                .node("/a/b/MatMul", "MatMul", List.of("x", "w"), "y");
        float[] exact = {10.5f, 20.5f, 30.5f, 1124, 1224, 1324};
        float[] rounded = new float[6];
        Floats.load(type, MemorySegment.ofArray(OnnxBytes.stored(type, exact)), 0, rounded);
        assertThat(mergeOne(model, type)).containsExactly(rounded);
    }

    @Test
    void refusesAResultThatIsNotFinite() {
        OnnxBytes model = new OnnxBytes()
                .weight("w", ElementType.F16, new long[] {2, 3}, 65_504, 0, 0, 0, 0, 0)
                .node("/a/b/MatMul", "MatMul", List.of("x", "w"), "y");
        assertThatThrownBy(() -> merge(LoraPart.UNET, model, pair("unet.a.b", 1000, 1)))
                .isInstanceOf(LoraException.class)
                .hasMessageContaining("the weight 'w' of part/model.onnx is no longer finite in F16")
                .hasMessageContaining("unet.a.b.lora_A.weight");
    }

    @Test
    void refusesAWeightThatOtherLayersShare() {
        OnnxBytes model = zeros(2, 3)
                .node("Identity_1", "Identity", List.of("w"), "same")
                .node("/a/b/MatMul", "MatMul", List.of("x", "w"), "y")
                .node("/a/c/MatMul", "MatMul", List.of("x", "same"), "z");
        assertThatThrownBy(() -> mergeOne(model, ElementType.F32))
                .isInstanceOf(LoraException.class)
                .hasMessageContaining(
                        "key 'unet.a.b.lora_A.weight' is for the weight 'w' of part/model.onnx, which other layers share");
    }

    @Test
    void refusesAPathThatTwoLayersHave() {
        OnnxBytes model = zeros(2, 3)
                .weight("v", ElementType.F32, new long[] {2, 3}, new float[6])
                .node("/a/b/MatMul", "MatMul", List.of("x", "w"), "y")
                .node("/a/b/MatMul_1", "MatMul", List.of("x", "v"), "z");
        assertThatThrownBy(() -> mergeOne(model, ElementType.F32))
                .isInstanceOf(LoraException.class)
                .hasMessageContaining("names no layer");
    }

    @Test
    void refusesOneLayerUnderTwoNames() {
        OnnxBytes model = zeros(2, 3).node("/a/b/MatMul", "MatMul", List.of("x", "w"), "y");
        SafetensorsBytes twice = pair("unet.a.b", 1, 2)
                .floats("lora_unet_a_b.lora_down.weight", new long[] {1, 2}, 1, 2)
                .floats("lora_unet_a_b.lora_up.weight", new long[] {3, 1}, 1, 2, 3);
        assertThatThrownBy(() -> merge(LoraPart.UNET, model, twice))
                .isInstanceOf(LoraException.class)
                .hasMessageContaining(
                        "key 'lora_unet_a_b.lora_down.weight' changes the layer that 'unet.a.b.lora_A.weight'");
    }

    @Test
    void refusesFactorsThatDoNotFitTheLayer() {
        OnnxBytes model = zeros(2, 3).node("/a/b/MatMul", "MatMul", List.of("x", "w"), "y");
        assertThatThrownBy(() -> merge(LoraPart.UNET, model, pair("unet.a.b", 1, 2, 3)))
                .isInstanceOf(LoraException.class)
                .hasMessageContaining(
                        "key 'unet.a.b.lora_A.weight' has shape [1, 3]; expected [1, 2] for the layer 'a.b' of shape [3, 2]");
        SafetensorsBytes tooManyOutputs = new SafetensorsBytes()
                .floats("unet.a.b.lora_A.weight", new long[] {1, 2}, 1, 2)
                .floats("unet.a.b.lora_B.weight", new long[] {4, 1}, 1, 2, 3, 4);
        assertThatThrownBy(() -> merge(LoraPart.UNET, model, tooManyOutputs))
                .isInstanceOf(LoraException.class)
                .hasMessageContaining("key 'unet.a.b.lora_B.weight' has shape [4, 1]; expected [3, 1]");
    }

    @Test
    void refusesAWeightThatIsNotOfFloats() {
        int uint8 = 2;
        OnnxBytes model = new OnnxBytes()
                .initializer(new ProtoBytes()
                        .varint(1, 2)
                        .varint(1, 3)
                        .varint(2, uint8)
                        .text(8, "w")
                        .bytes(9, new byte[6]))
                .node("/a/b/MatMul", "MatMul", List.of("x", "w"), "y");
        assertThatThrownBy(() -> merge(LoraPart.UNET, model, pair("unet.a.b", 1, 2)))
                .isInstanceOf(LoraException.class)
                .hasMessageContaining("the weight 'w' of part/model.onnx, 6 bytes of U8; expected float numbers");
    }

    @Test
    void findsTextEncoderLayersWithAndWithoutTheirOuterModule() throws IOException {
        for (String graphRoot : new String[] {"", "/text_model"}) {
            for (String key : new String[] {"text_encoder.a.b", "text_encoder.text_model.a.b"}) {
                OnnxBytes model = zeros(2, 3).node(graphRoot + "/a/b/MatMul", "MatMul", List.of("x", "w"), "y");
                assertThat(merge(LoraPart.TEXT_ENCODER, model, pair(key, 10, 100)))
                        .containsOnlyKeys("w");
            }
            OnnxBytes model = zeros(2, 3).node(graphRoot + "/a/b/MatMul", "MatMul", List.of("x", "w"), "y");
            SafetensorsBytes kohya = new SafetensorsBytes()
                    .floats("lora_te_text_model_a_b.lora_down.weight", new long[] {1, 2}, 1, 2)
                    .floats("lora_te_text_model_a_b.lora_up.weight", new long[] {3, 1}, 1, 2, 3);
            assertThat(merge(LoraPart.TEXT_ENCODER, model, kohya)).containsOnlyKeys("w");
        }
    }

    @Test
    void doesNotDropTheOuterModuleOfOtherParts() {
        OnnxBytes model = zeros(2, 3).node("/a/b/MatMul", "MatMul", List.of("x", "w"), "y");
        assertThatThrownBy(() -> merge(LoraPart.UNET, model, pair("unet.text_model.a.b", 1, 2)))
                .isInstanceOf(LoraException.class)
                .hasMessageContaining("names no layer of part/model.onnx; expected one of its 1, as 'a.b'");
    }
}
