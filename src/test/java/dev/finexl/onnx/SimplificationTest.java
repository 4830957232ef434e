package dev.finexl.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.finexl.store.Catalogue;
import dev.finexl.store.DirectoryFiles;
import dev.finexl.store.ElementType;
import dev.finexl.store.MemoryFiles;
import dev.finexl.store.ModelFiles;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SimplificationTest {

    private static final Path COMPAT = Path.of("src/test/resources/compat");
    private static final int INT64 = 7;

    /** The environment of a process has the threads that are asked for first. */
    private static final OnnxRuntime RUNTIME = new OnnxRuntime(OnnxSettings.cpu());

    /** What inputs are given where a model leaves it open. */
    private record Sizes(long batch, long height, long width, long tokens) {

        long of(String dimension) {
            return switch (dimension) {
                case "num_channels" -> 3;
                case "height", "latent_height", "height_latent" -> height;
                case "width", "latent_width", "width_latent" -> width;
                case "packed_height_width" -> height * width / 4;
                case "sequence_length" -> tokens;
                case "past_sequence_length" -> 4;
                default -> batch;
            };
        }
    }

    private static final List<Sizes> SIZES = List.of(
            new Sizes(1, 16, 16, 32), new Sizes(3, 24, 8, 30), new Sizes(1, 32, 32, 16), new Sizes(3, 32, 32, 64));

    static Stream<Arguments> models() throws IOException {
        List<Arguments> models = new ArrayList<>();
        try (Stream<Path> files = Files.walk(COMPAT)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".onnx"))
                    .sorted()
                    .toList()) {
                Path model = COMPAT.resolve(COMPAT.relativize(file).getName(0));
                ModelFiles modelFiles = new DirectoryFiles(model.getFileName().toString(), model);
                String name = model.relativize(file).toString();
                // A session that is made of bytes has no folder for the others.
                if (OnnxGraph.read(modelFiles, name).fileNames().size() == 1) {
                    models.add(Arguments.of(modelFiles, name));
                }
            }
        }
        Catalogue catalogue = new Catalogue(List.of());
        Map.of(
                        "mini-diffusion", List.of("unet", "text_encoder", "vae_decoder"),
                        "mini-clip", List.of("onnx/vision_model.onnx", "onnx/text_model.onnx"),
                        "mini-gan", List.of("generator.onnx"),
                        "mini-ar", List.of("decoder_with_past.onnx", "image_decoder.onnx"))
                .forEach((model, files) -> files.forEach(file -> models.add(Arguments.of(
                        catalogue.find(model).files(), file.endsWith(".onnx") ? file : file + "/model.onnx"))));
        return models.stream();
    }

    /** With one picture and with three, of two sizes: what is known before a run must hold for all. */
    @ParameterizedTest
    @MethodSource("models")
    void leavesWhatAModelComputes(ModelFiles files, String name) throws IOException, OrtException {
        compare(files, name, UsualShapes.NONE, SIZES);
    }

    /** What is known besides where all latents have one size and all prompts as many tokens. */
    @ParameterizedTest
    @ValueSource(strings = {"mini-diffusion", "sd1", "sd2", "sdxl", "lcm"})
    void leavesWhatADenoiserComputesOfItsUsualShapes(String model) throws IOException, OrtException {
        ModelFiles files = model.startsWith("mini")
                ? new Catalogue(List.of()).find(model).files()
                : new DirectoryFiles(model, COMPAT.resolve(model));
        UsualShapes usual = new UsualShapes(Map.of(
                "sample",
                List.of(UsualShapes.ANY, UsualShapes.ANY, 16L, 8L),
                "encoder_hidden_states",
                List.of(UsualShapes.ANY, 30L, UsualShapes.ANY)));
        int open = compare(files, "unet/model.onnx", UsualShapes.NONE, List.of());
        assertThat(compare(files, "unet/model.onnx", usual, List.of(new Sizes(1, 16, 8, 30), new Sizes(3, 16, 8, 30))))
                .isGreaterThan(open);
    }

    /** How many nodes are dropped. */
    private static int compare(ModelFiles files, String name, UsualShapes usual, List<Sizes> all)
            throws IOException, OrtException {
        OnnxGraph graph = OnnxGraph.read(files, name);
        Simplification simplification = graph.simplification(usual, true);
        byte[] simplified = graph.skeleton(Set.of(), Set.of(), Map.of(), simplification);
        OnnxGraph read = OnnxGraph.read(new MemoryFiles().with("m.onnx", simplified), "m.onnx");
        int added = simplification.replaced().values().stream()
                .mapToInt(made -> made.size() - 1)
                .sum();
        assertThat(read.nodes())
                .hasSize(graph.nodes().size() - simplification.dropped().size() + added);
        try (OrtSession before = session(files.read(name, 1 << 26));
                OrtSession after = session(simplified)) {
            List<String> refusals = new ArrayList<>();
            for (Sizes sizes : all) {
                List<float[]> expected;
                try {
                    expected = run(before, sizes);
                } catch (OrtException e) {
                    refusals.add(e.getMessage());
                    continue;
                }
                List<float[]> actual = run(after, sizes);
                assertThat(actual).hasSameSizeAs(expected);
                for (int i = 0; i < expected.size(); i++) {
                    assertThat(actual.get(i)).hasSameSizeAs(expected.get(i));
                    for (int k = 0; k < expected.get(i).length; k++) {
                        float one = expected.get(i)[k];
                        assertThat(actual.get(i)[k]).isCloseTo(one, within(1e-4f * Math.max(1, Math.abs(one))));
                    }
                }
            }
            assertThat(refusals).as("no size is one of this model").hasSizeLessThan(Math.max(1, all.size()));
        }
        return simplification.dropped().size();
    }

    @Test
    void leavesHalfOfWhatIsLeftOtherwise(@TempDir Path folder) throws IOException, OrtException {
        ModelFiles files = new Catalogue(List.of()).find("mini-diffusion").files();
        OnnxGraph graph = OnnxGraph.read(files, "unet/model.onnx");
        UsualShapes usual = new UsualShapes(Map.of(
                "sample",
                List.of(UsualShapes.ANY, 8L, 16L, 16L),
                "encoder_hidden_states",
                List.of(UsualShapes.ANY, 32L, UsualShapes.ANY)));
        int otherwise = optimised(folder, files.read("unet/model.onnx", 1 << 26));
        int left = optimised(folder, graph.skeleton(Set.of(), Set.of(), Map.of(), graph.simplification(usual, true)));
        assertThat(left).isLessThanOrEqualTo(otherwise / 2);
    }

    /** How many nodes ONNX Runtime makes of a model. */
    private static int optimised(Path folder, byte[] model) throws IOException, OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
            options.setOptimizedModelFilePath(folder.resolve("m.onnx").toString());
            RUNTIME.environment().createSession(model, options).close();
        }
        return OnnxGraph.read(new DirectoryFiles("optimised", folder), "m.onnx")
                .nodes()
                .size();
    }

    private static OrtSession session(byte[] model) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
            return RUNTIME.environment().createSession(model, options);
        }
    }

    private static List<float[]> run(OrtSession session, Sizes sizes) throws OrtException {
        Map<String, OnnxTensor> inputs = new TreeMap<>();
        try {
            for (Map.Entry<String, NodeInfo> input : session.getInputInfo().entrySet()) {
                inputs.put(input.getKey(), tensor((TensorInfo) input.getValue().getInfo(), sizes));
            }
            List<float[]> outputs = new ArrayList<>();
            try (OrtSession.Result result = session.run(inputs)) {
                result.forEach(output -> {
                    if (output.getValue() instanceof OnnxTensor tensor && tensor.getInfo().type == OnnxJavaType.FLOAT) {
                        float[] numbers = new float[tensor.getFloatBuffer().remaining()];
                        tensor.getFloatBuffer().get(numbers);
                        outputs.add(numbers);
                    }
                });
            }
            return outputs;
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    private static OnnxTensor tensor(TensorInfo info, Sizes sizes) throws OrtException {
        long[] shape = info.getShape();
        int size = 1;
        for (int i = 0; i < shape.length; i++) {
            if (shape[i] < 0) {
                shape[i] = sizes.of(info.getDimensionNames()[i]);
            }
            size *= (int) shape[i];
        }
        OrtEnvironment environment = RUNTIME.environment();
        if (info.type == OnnxJavaType.INT64) {
            LongBuffer numbers = LongBuffer.allocate(size);
            for (int i = 0; i < size; i++) {
                numbers.put(i, 1 + i % 5);
            }
            return OnnxTensor.createTensor(environment, numbers, shape);
        }
        if (info.type == OnnxJavaType.INT32) {
            IntBuffer numbers = IntBuffer.allocate(size);
            for (int i = 0; i < size; i++) {
                numbers.put(i, 1 + i % 5);
            }
            return OnnxTensor.createTensor(environment, numbers, shape);
        }
        FloatBuffer numbers = FloatBuffer.allocate(size);
        for (int i = 0; i < size; i++) {
            numbers.put(i, (float) Math.sin(i));
        }
        return OnnxTensor.createTensor(environment, numbers, shape);
    }

    private static OnnxBytes batches() {
        ProtoBytes dims = new ProtoBytes()
                .message(1, new ProtoBytes().text(2, "batch"))
                .message(1, new ProtoBytes().varint(1, 6))
                .message(1, new ProtoBytes().text(2, "length"));
        ProtoBytes type = new ProtoBytes().varint(1, 1).message(2, dims);
        return new OnnxBytes()
                .graph(11, new ProtoBytes().text(1, "x").message(2, new ProtoBytes().message(1, type)))
                .initializer(integers("zero", 0))
                .initializer(integers("two", 2))
                .initializer(integers("rest", -1));
    }

    private static ProtoBytes integers(String name, long... values) {
        ProtoBytes tensor = OnnxBytes.tensor(name, INT64, values.length);
        for (long value : values) {
            tensor.varint(7, value);
        }
        return tensor;
    }

    /** {@code x.reshape(batch, 2, -1, length)}, as exporters write it. */
    private static OnnxBytes reshaping() {
        return batches()
                .node("s", "Shape", List.of("x"), "shape")
                .node("b", "Gather", List.of("shape", "zero"), "b")
                .node("l", "Gather", List.of("shape", "two"), "l")
                .node("c", "Concat", List.of("b", "two", "rest", "l"), "target", OnnxBytes.attribute("axis", 0))
                .node("r", "Reshape", List.of("x", "target"), "y");
    }

    private static OnnxBytes output(OnnxBytes graph, String name) {
        return graph.graph(12, new ProtoBytes().text(1, name));
    }

    @Test
    void stopsComputingShapesThatAreKnown() throws IOException {
        OnnxGraph graph = output(
                        reshaping()
                                .node("t", "Transpose", List.of("y"), "t", OnnxBytes.attribute("perm", 0, 2, 1, 3))
                                .node("s2", "Shape", List.of("t"), "shape2")
                                .node("l2", "Gather", List.of("shape2", "two"), "l2")
                                .node(
                                        "c2",
                                        "Concat",
                                        List.of("b", "rest", "l2"),
                                        "target2",
                                        OnnxBytes.attribute("axis", 0))
                                .node("r2", "Reshape", List.of("t", "target2"), "z"),
                        "z")
                .read();
        Simplification simplification = graph.simplification(UsualShapes.NONE, false);
        assertThat(simplification.inputs())
                .isEqualTo(Map.of(4, List.of("x", "finexl:[0, 2, 3, -1]"), 9, List.of("t", "finexl:[0, -1, 2]")));
        assertThat(simplification.dropped()).containsExactlyInAnyOrder(0, 1, 2, 3, 6, 7, 8);
        assertThat(simplification.constants())
                .containsOnly(
                        Map.entry("finexl:[0, 2, 3, -1]", new Simplification.Constant(false, List.of(0L, 2L, 3L, -1L))),
                        Map.entry("finexl:[0, -1, 2]", new Simplification.Constant(false, List.of(0L, -1L, 2L))));
    }

    /** Two dimensions that are not known, neither of them in its place. */
    @Test
    void computesAShapeThatCannotBeSaidInNumbers() throws IOException {
        OnnxGraph graph = output(
                        batches()
                                .node("s", "Shape", List.of("x"), "shape")
                                .node("b", "Gather", List.of("shape", "zero"), "b")
                                .node("l", "Gather", List.of("shape", "two"), "l")
                                .node(
                                        "c",
                                        "Concat",
                                        List.of("l", "b", "rest"),
                                        "target",
                                        OnnxBytes.attribute("axis", 0))
                                .node("r", "Reshape", List.of("x", "target"), "y"),
                        "y")
                .read();
        assertThat(graph.simplification(UsualShapes.NONE, false).dropped()).isEmpty();
        Simplification ofOneLength =
                graph.simplification(new UsualShapes(Map.of("x", List.of(UsualShapes.ANY, 6L, 5L))), false);
        assertThat(ofOneLength.inputs()).isEqualTo(Map.of(4, List.of("x", "finexl:[5, -1, 6]")));
    }

    /** As the attention of older exports has them: {@code baddbmm} with a beta of 0. */
    @Test
    void addsNoZerosOfABatchsShape() throws IOException {
        OnnxBytes sums = batches()
                .initializer(OnnxBytes.tensor("beta", 1).bytes(9, OnnxBytes.stored(ElementType.F32, 0)))
                .node("s", "Shape", List.of("x"), "shape")
                .node("e", "ConstantOfShape", List.of("shape"), "empty")
                .node("m", "Mul", List.of("empty", "beta"), "zeros")
                .node("a", "Add", List.of("x", "zeros"), "sum")
                .node("n", "Neg", List.of("sum"), "y");
        Simplification simplification = output(sums, "y").read().simplification(UsualShapes.NONE, false);
        assertThat(simplification.inputs()).isEqualTo(Map.of(4, List.of("x")));
        assertThat(simplification.dropped()).containsExactlyInAnyOrder(0, 1, 2, 3);
        // A result of the graph keeps its name.
        assertThat(output(sums, "sum")
                        .read()
                        .simplification(UsualShapes.NONE, false)
                        .dropped())
                .isEmpty();
    }

    @Test
    void addsWhatIsNoZeroOrWidensTheSum() throws IOException {
        for (float number : new float[] {1, Float.NaN}) {
            OnnxGraph graph = output(
                            batches()
                                    .initializer(OnnxBytes.tensor("number", 1)
                                            .bytes(9, OnnxBytes.stored(ElementType.F32, number)))
                                    .node("a", "Add", List.of("x", "number"), "sum")
                                    .node("n", "Neg", List.of("sum"), "y"),
                            "y")
                    .read();
            assertThat(graph.simplification(UsualShapes.NONE, false).dropped()).isEmpty();
        }
        OnnxGraph wider = output(
                        batches()
                                .initializer(integers("wide", 4, 1, 1, 1))
                                .node("e", "ConstantOfShape", List.of("wide"), "zeros")
                                .node("a", "Add", List.of("x", "zeros"), "sum")
                                .node("n", "Neg", List.of("sum"), "y"),
                        "y")
                .read();
        assertThat(wider.simplification(UsualShapes.NONE, false).dropped()).isEmpty();
    }

    @Test
    void leavesAGraphWithGraphsInside() throws IOException {
        ProtoBytes inside = new ProtoBytes()
                .text(1, "then_branch")
                .message(6, new ProtoBytes().message(1, OnnxBytes.nodeProto("", "i", "Identity", List.of("l"), "o")));
        OnnxGraph graph = output(reshaping().node("if", "If", List.of("zero"), "z", inside), "y")
                .read();
        assertThat(graph.simplification(UsualShapes.NONE, false)).isEqualTo(Simplification.NONE);
    }

    @Test
    void leavesAGraphThatHasItsNames() throws IOException {
        OnnxGraph graph = output(reshaping().node("n", "Neg", List.of("y"), "finexl:[1]"), "y")
                .read();
        assertThat(graph.simplification(UsualShapes.NONE, false)).isEqualTo(Simplification.NONE);
    }

    /** What is behind an operator that is not known, and what contradicts itself, is left to the run. */
    @Test
    void knowsNothingOfWhatItDoesNotKnow() throws IOException {
        for (String operator : List.of("Scan", "Gather", "Unsqueeze", "Concat", "Transpose", "Conv", "Gemm")) {
            OnnxGraph graph = output(
                            batches()
                                    .initializer(integers("far", 9))
                                    .node(
                                            "o",
                                            operator,
                                            List.of("x", "far"),
                                            "o",
                                            OnnxBytes.attribute("axis", 9),
                                            OnnxBytes.attribute("perm", 0, 9, -9))
                                    .node("s", "Shape", List.of("o"), "shape")
                                    .node("r", "Reshape", List.of("o", "shape"), "y"),
                            "y")
                    .read();
            Simplification simplification = graph.simplification(UsualShapes.NONE, false);
            assertThat(simplification.inputs()).as(operator).isEmpty();
            assertThat(simplification.dropped()).as(operator).isEmpty();
        }
    }

    /** What ONNX Runtime refuses, or sorts, is for it to see. */
    @Test
    void leavesADamagedGraphToOnnxRuntime() throws IOException {
        OnnxGraph graph = output(
                        batches()
                                .node("n", "Neg", List.of("y"), "z")
                                .node("r", "Reshape", List.of("x", "shape"), "y")
                                .node("s", "Shape", List.of("x"), "shape")
                                .node("a", "Add", List.of("z"), "sum")
                                .node("r2", "Reshape", List.of("sum"), "end"),
                        "end")
                .read();
        Simplification simplification = graph.simplification(UsualShapes.NONE, false);
        assertThat(simplification.dropped()).isEmpty();
        assertThat(simplification.inputs()).isEmpty();
    }

    /** Lists and shapes that double with every node, and numbers that are multiplied without end. */
    @Test
    void isBounded() throws IOException {
        OnnxBytes graph =
                batches().node("s", "Shape", List.of("x"), "list0").node("g", "Identity", List.of("x"), "data0");
        for (int i = 0; i < 100; i++) {
            String list = "list" + i;
            String data = "data" + i;
            graph.node("c" + i, "Concat", List.of(list, list), "list" + (i + 1), OnnxBytes.attribute("axis", 0))
                    .node("d" + i, "Gather", List.of(data, data), "data" + (i + 1))
                    .node("p" + i, "Mul", List.of(i == 0 ? "list0" : "product" + i, "list0"), "product" + (i + 1));
        }
        assertThat(output(graph, "list100")
                        .read()
                        .simplification(UsualShapes.NONE, false)
                        .constants())
                .isEmpty();
    }
}
