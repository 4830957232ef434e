package dev.finexl.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.CompatModels;
import dev.finexl.onnx.OnnxInitializer.Storage;
import dev.finexl.store.DirectoryFiles;
import dev.finexl.store.ElementType;
import dev.finexl.store.Floats;
import dev.finexl.store.MemoryFiles;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.TensorShape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxGraphTest {

    private static final int FLOAT = 1;

    @Test
    void readsAnExportedUnet() throws IOException {
        OnnxGraph unet = OnnxGraph.read(CompatModels.sd1(), "unet/model.onnx");
        assertThat(unet.name()).isEqualTo("unet/model.onnx");
        assertThat(unet.irVersion()).isEqualTo(8);
        assertThat(unet.opsets()).containsExactly(Map.entry("", 18L));
        assertThat(unet.nodes()).hasSize(1259);
        assertThat(unet.initializers()).hasSize(154);
        assertThat(unet.inputs()).containsExactly("sample", "timestep", "encoder_hidden_states");
        assertThat(unet.outputs()).containsExactly("out_sample");
        OnnxNode gemm = unet.nodes().stream()
                .filter(node -> node.name().equals("/time_embedding/linear_1/Gemm"))
                .findFirst()
                .orElseThrow();
        assertThat(gemm.opType()).isEqualTo("Gemm");
        assertThat(gemm.inputs().get(1)).isEqualTo("time_embedding.linear_1.weight");
        assertThat(gemm.outputs()).containsExactly("/time_embedding/linear_1/Gemm_output_0");
        assertThat(gemm.integer("transB", 0)).isEqualTo(1);
        assertThat(gemm.integer("transA", 0)).isZero();
        OnnxInitializer weight = unet.initializers().get("conv_in.weight");
        assertThat(weight.type()).isEqualTo(ElementType.F32);
        assertThat(weight.shape()).isEqualTo(TensorShape.of(8, 4, 3, 3));
        assertThat(unet.bytes(weight).byteSize()).isEqualTo(8 * 4 * 9 * 4);
    }

    @Test
    void readsTheBytesOfAnInlineTensor() throws IOException {
        OnnxGraph graph = new OnnxBytes()
                .weight("w", ElementType.F32, new long[] {2}, 1.5f, -2)
                .read();
        assertThat(floats(graph, "w", 2)).containsExactly(1.5f, -2);
    }

    @Test
    void readsPackedFloatsInPlace() throws IOException {
        byte[] values = OnnxBytes.stored(ElementType.F32, 1.5f, -2);
        OnnxGraph graph = new OnnxBytes()
                .initializer(OnnxBytes.tensor("w", FLOAT, 2).bytes(4, values))
                .read();
        assertThat(floats(graph, "w", 2)).containsExactly(1.5f, -2);
    }

    @Test
    void readsPackedDimensions() throws IOException {
        OnnxGraph graph = new OnnxBytes()
                .initializer(new ProtoBytes()
                        .bytes(1, new ProtoBytes().raw(300).raw(2).toArray())
                        .varint(2, 2)
                        .text(8, "w")
                        .bytes(9, new byte[600]))
                .read();
        assertThat(graph.initializers().get("w").shape()).isEqualTo(TensorShape.of(300, 2));
    }

    @Test
    void countsNumbersThatAreEncodedOneByOne() throws IOException {
        int int64 = 7;
        OnnxGraph graph = new OnnxBytes()
                .initializer(OnnxBytes.tensor("packed", int64, 2)
                        .bytes(7, new ProtoBytes().raw(-1).raw(5).toArray()))
                .initializer(OnnxBytes.tensor("single", int64, 2).varint(7, -1).varint(7, 5))
                .initializer(OnnxBytes.tensor("none", int64, 0))
                .read();
        assertThat(graph.initializers().values())
                .extracting(OnnxInitializer::storage)
                .containsOnly(new Storage.Encoded());
        OnnxInitializer packed = graph.initializers().get("packed");
        assertThatThrownBy(() -> graph.bytes(packed)).isInstanceOf(IllegalArgumentException.class);
        OnnxBytes short1 = new OnnxBytes()
                .initializer(OnnxBytes.tensor("w", int64, 3).varint(7, -1).varint(7, 5));
        assertRefused(short1, "initializer 'w' has 2 numbers; expected 3");
    }

    @Test
    void leavesInitializersOutOfTheInputs() throws IOException {
        OnnxGraph graph = new OnnxBytes()
                .weight("w", ElementType.F32, new long[] {1}, 1)
                .input("w")
                .input("x")
                .read();
        assertThat(graph.inputs()).containsExactly("x");
    }

    @Test
    void findsTheDomainsOfOperatorsWhereverTheyAre() throws IOException {
        ProtoBytes fallback = new ProtoBytes().text(1, "then_branch").message(6, branch("d", "n3"));
        OnnxGraph graph = new OnnxBytes()
                .node("a", "n1", "Op", List.of("x"), "y")
                .node(
                        "if",
                        "If",
                        List.of("c"),
                        "y",
                        new ProtoBytes().text(1, "then_branch").message(6, branch("b", "n2")))
                .model(25, new ProtoBytes().text(1, "f").text(10, "c").message(11, fallback))
                .read();
        assertThat(graph.domains())
                .containsExactly(
                        Map.entry("", "node 'if' (If)"),
                        Map.entry("a", "node 'n1' (Op)"),
                        Map.entry("b", "node 'n2' (Op)"),
                        Map.entry("c", "function 'f'"),
                        Map.entry("d", "node 'n3' (Op)"));
    }

    private static ProtoBytes branch(String domain, String node) {
        return new ProtoBytes().message(1, OnnxBytes.nodeProto(domain, node, "Op", List.of("x"), "y"));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 6, 27, -1, Long.MAX_VALUE})
    void refusesAnImpossibleOpset(long opset) {
        MemoryFiles files = new MemoryFiles().with("m.onnx", new OnnxBytes().bytes(opset));
        assertThatThrownBy(() -> OnnxGraph.read(files, "m.onnx"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("opset " + opset)
                .hasMessageContaining("from 7 to 26");
    }

    static Stream<Arguments> brokenTensors() {
        return Stream.of(
                Arguments.of(
                        OnnxBytes.tensor("w", FLOAT, 2).bytes(9, new byte[7]),
                        "initializer 'w' has 7 bytes; expected 8 for F32 [2]"),
                Arguments.of(OnnxBytes.tensor("w", FLOAT, 2), "initializer 'w' has 0 numbers; expected 2"),
                Arguments.of(
                        OnnxBytes.tensor("w", 8, 1), "initializer 'w' has the data type 8, which is not supported"),
                Arguments.of(OnnxBytes.tensor("w", 99, 1), "data type 99"),
                Arguments.of(OnnxBytes.tensor("w", FLOAT, -1), "initializer 'w' has the impossible shape [-1]"),
                Arguments.of(OnnxBytes.tensor("w", FLOAT, 1L << 40, 1L << 40), "impossible shape"),
                Arguments.of(
                        OnnxBytes.tensor("w", FLOAT, 1).bytes(9, new byte[4]).bytes(9, new byte[4]), "data twice"),
                Arguments.of(
                        OnnxBytes.tensor("w", FLOAT, 1).bytes(9, new byte[4]).bytes(4, new byte[4]),
                        "has 4 bytes; expected 4"),
                Arguments.of(OnnxBytes.tensor("w", FLOAT, 1).bytes(4, new byte[5]), "expected a multiple of 4"),
                Arguments.of(OnnxBytes.tensor("", FLOAT, 1).bytes(9, new byte[4]), "initializer '' has no name"),
                Arguments.of(OnnxBytes.tensor("w", FLOAT, 1).bytes(3, new byte[0]), "in segments is not supported"),
                Arguments.of(OnnxBytes.tensor("w".repeat(5000), FLOAT, 1), "a name, has 5000 bytes"),
                Arguments.of(new ProtoBytes().bytes(8, new byte[] {(byte) 0xff}), "not UTF-8"),
                Arguments.of(new ProtoBytes().varint(8, 1), "field 8 has the wire type 0"));
    }

    @ParameterizedTest
    @MethodSource("brokenTensors")
    void refusesABrokenTensor(ProtoBytes tensor, String message) {
        assertRefused(new OnnxBytes().initializer(tensor), message);
    }

    @Test
    void refusesAnInitializerTwice() {
        assertRefused(
                new OnnxBytes()
                        .weight("w", ElementType.F32, new long[] {1}, 1)
                        .weight("w", ElementType.F32, new long[] {1}, 2),
                "initializer 'w' has no name or one that is taken");
    }

    @Test
    void refusesTwoGraphsNoGraphAndSparseData() {
        assertRefused(new OnnxBytes().model(7, new ProtoBytes()), "two graphs");
        assertRefused(new OnnxBytes().graph(15, new ProtoBytes()), "sparse initializers");
        MemoryFiles files =
                new MemoryFiles().with("m.onnx", new ProtoBytes().varint(1, 8).toArray());
        assertThatThrownBy(() -> OnnxGraph.read(files, "m.onnx"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("it has no graph");
    }

    @Test
    void refusesATrainingGraph() {
        assertRefused(new OnnxBytes().model(20, new ProtoBytes()), "what it takes to train it");
    }

    @Test
    void refusesGraphsNestedWithoutEnd() {
        ProtoBytes graph = new ProtoBytes();
        for (int i = 0; i < 50; i++) {
            graph = new ProtoBytes()
                    .message(
                            1,
                            OnnxBytes.nodeProto("", "n", "If", List.of("c"), "y", new ProtoBytes().message(6, graph)));
        }
        ProtoBytes attribute = new ProtoBytes().text(1, "then_branch").message(6, graph);
        assertRefused(new OnnxBytes().node("n", "If", List.of("c"), "y", attribute), "nested more than");
    }

    @Test
    void readsExternalDataWhereItIs(@TempDir Path root) throws IOException {
        Files.createDirectories(root.resolve("unet"));
        Files.write(
                root.resolve("unet/model.onnx_data"),
                ByteBuffer.allocate(8192)
                        .put(4096, OnnxBytes.stored(ElementType.F32, 1.5f, -2))
                        .array());
        ProtoBytes tensor = OnnxBytes.external(
                OnnxBytes.tensor("w", FLOAT, 2), "location", "model.onnx_data", "offset", "4096", "length", "8");
        Files.write(
                root.resolve("unet/model.onnx"),
                new OnnxBytes().initializer(tensor).bytes());
        OnnxGraph graph = OnnxGraph.read(new DirectoryFiles("model", root), "unet/model.onnx");
        assertThat(graph.initializers().get("w").storage())
                .isEqualTo(new Storage.External("unet/model.onnx_data", 4096));
        assertThat(graph.fileNames()).containsExactly("unet/model.onnx", "unet/model.onnx_data");
        assertThat(floats(graph, "w", 2)).containsExactly(1.5f, -2);
        assertThat(graph.bytes(graph.initializers().get("w")).isMapped()).isTrue();
    }

    static Stream<Arguments> badExternalData() {
        return Stream.of(
                Arguments.of(
                        List.of("location", "../secret"),
                        "has its data at '../secret'; expected a path inside the model"),
                Arguments.of(List.of("location", "/etc/passwd"), "expected a path inside the model"),
                Arguments.of(List.of("location", "a\\b"), "expected a path inside the model"),
                Arguments.of(List.of("location", "link"), "expected a path inside the model"),
                Arguments.of(List.of("location", "missing"), "'missing', which does not exist"),
                Arguments.of(
                        List.of("location", "*/_ORT_MEM_ADDR_/*", "offset", "4096"),
                        "has its data at '*/_ORT_MEM_ADDR_/*'; expected a path inside the model"),
                Arguments.of(
                        List.of("location", "data", "prepacked_0", "w|0;8;0"),
                        "external data key 'prepacked_0'; expected only [checksum, length, location, offset]"),
                Arguments.of(List.of(), "has its data at ''; expected a path inside the model"),
                Arguments.of(List.of("location", "data", "offset", "13"), "bytes [13, +8] of 'data', which has 20"),
                Arguments.of(List.of("location", "data", "offset", "9223372036854775807"), "which has 20"),
                Arguments.of(List.of("location", "data", "offset", "-1"), "offset '-1'; expected a whole number"),
                Arguments.of(List.of("location", "data", "offset", "x"), "offset 'x'; expected a whole number"),
                Arguments.of(List.of("location", "data", "length", "4"), "expected 8 bytes"),
                Arguments.of(List.of("location", "data", "length", "9"), "expected 8 bytes"));
    }

    @ParameterizedTest
    @MethodSource("badExternalData")
    void refusesExternalDataThatIsNotInsideItsFile(List<String> entries, String message, @TempDir Path root)
            throws IOException {
        Files.createDirectories(root.resolve("model/unet"));
        Files.writeString(root.resolve("secret"), "secret");
        Files.write(root.resolve("model/unet/data"), new byte[20]);
        Files.createSymbolicLink(root.resolve("model/unet/link"), root.resolve("secret"));
        ProtoBytes tensor = OnnxBytes.external(OnnxBytes.tensor("w", FLOAT, 2), entries.toArray(String[]::new));
        Files.write(
                root.resolve("model/unet/model.onnx"),
                new OnnxBytes().initializer(tensor).bytes());
        DirectoryFiles files = new DirectoryFiles("model", root.resolve("model"));
        assertThatThrownBy(() -> OnnxGraph.read(files, "unet/model.onnx"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("unet/model.onnx")
                .hasMessageContaining("initializer 'w'")
                .hasMessageContaining(message);
    }

    @Test
    void refusesInlineAndExternalDataTogether() {
        assertRefused(
                new OnnxBytes()
                        .initializer(OnnxBytes.external(
                                OnnxBytes.tensor("w", FLOAT, 1).bytes(9, new byte[4]), "location", "model.onnx")),
                "initializer 'w' has both inline and external data");
    }

    @Test
    void refusesExternalDataInsideNodes() {
        ProtoBytes value = OnnxBytes.external(OnnxBytes.tensor("v", FLOAT, 1), "location", "model.onnx");
        assertRefused(
                new OnnxBytes()
                        .node(
                                "n",
                                "Constant",
                                List.of(),
                                "y",
                                new ProtoBytes().text(1, "value").message(5, value)),
                "tensor 'v' inside a node has external data");
    }

    @Test
    void refusesGarbage() {
        MemoryFiles files = new MemoryFiles().with("m.onnx", "<html>404</html>".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> OnnxGraph.read(files, "m.onnx"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageStartingWith("memory:test: file 'm.onnx' is not a readable ONNX file");
    }

    private static float[] floats(OnnxGraph graph, String name, int count) throws IOException {
        float[] values = new float[count];
        Floats.load(ElementType.F32, graph.bytes(graph.initializers().get(name)), 0, values);
        return values;
    }

    private static void assertRefused(OnnxBytes model, String message) {
        assertThatThrownBy(model::read)
                .isInstanceOf(ModelFileException.class)
                .hasMessageStartingWith("memory:test: file 'part/model.onnx' ")
                .hasMessageContaining(message);
    }
}
