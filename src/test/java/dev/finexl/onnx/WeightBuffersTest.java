package dev.finexl.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.finexl.CompatModels;
import dev.finexl.store.DirectoryFiles;
import dev.finexl.store.ElementType;
import dev.finexl.store.ModelFileException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightBuffersTest {

    private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();

    @Test
    void hasTheLargeWeightsAligned() throws IOException {
        OnnxGraph unet = OnnxGraph.read(CompatModels.sd1(), "unet/model.onnx");
        WeightBuffers weights = WeightBuffers.of(unet);
        assertThat(weights.graph()).isSameAs(unet);
        assertThat(weights.names())
                .containsExactlyElementsOf(unet.initializers().values().stream()
                        .filter(i -> i.byteSize() >= 1024)
                        .map(OnnxInitializer::name)
                        .toList())
                .contains("conv_in.weight")
                .doesNotContain("conv_in.bias");
        boolean someNotAlignedInTheFile = false;
        for (String name : weights.names()) {
            ByteBuffer buffer = weights.buffer(name);
            assertThat(buffer.isDirect()).isTrue();
            assertThat(buffer.isReadOnly()).isTrue();
            assertThat(buffer.order()).isEqualTo(ByteOrder.nativeOrder());
            MemorySegment bytes = MemorySegment.ofBuffer(buffer);
            assertThat(bytes.address() % Float.BYTES).isZero();
            assertThat(bytes.mismatch(unet.bytes(unet.initializers().get(name))))
                    .isEqualTo(-1);
            someNotAlignedInTheFile |= !bytes.isMapped();
        }
        assertThat(someNotAlignedInTheFile).isTrue();
    }

    @Test
    void usesAlignedExternalDataInPlaceAndCopiesTheRest(@TempDir Path root) throws IOException {
        Files.write(root.resolve("data"), new byte[10_000]);
        OnnxBytes model = new OnnxBytes()
                .initializer(
                        OnnxBytes.external(OnnxBytes.tensor("aligned", 1, 4), "location", "data", "offset", "4096"))
                .initializer(OnnxBytes.external(OnnxBytes.tensor("odd", 1, 4), "location", "data", "offset", "4097"));
        Files.write(root.resolve("m.onnx"), model.bytes());
        WeightBuffers weights = WeightBuffers.of(OnnxGraph.read(new DirectoryFiles("model", root), "m.onnx"));
        assertThat(MemorySegment.ofBuffer(weights.buffer("aligned")).isMapped()).isTrue();
        MemorySegment copied = MemorySegment.ofBuffer(weights.buffer("odd"));
        assertThat(copied.isMapped()).isFalse();
        assertThat(copied.address() % 64).isZero();
    }

    @Test
    void leavesFormatsThatJavaCannotHandOverInTheFile(@TempDir Path root) throws IOException {
        int uint16 = 4;
        OnnxGraph inline = new OnnxBytes()
                .initializer(OnnxBytes.tensor("u", uint16, 1000).bytes(9, new byte[2000]))
                .read();
        assertThat(WeightBuffers.of(inline).names()).isEmpty();
        Files.write(root.resolve("data"), new byte[8]);
        Files.write(
                root.resolve("m.onnx"),
                new OnnxBytes()
                        .initializer(OnnxBytes.external(OnnxBytes.tensor("u", uint16, 4), "location", "data"))
                        .bytes());
        OnnxGraph external = OnnxGraph.read(new DirectoryFiles("model", root), "m.onnx");
        assertThatThrownBy(() -> WeightBuffers.of(external))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("initializer 'u' is external and has 8 bytes of U16");
    }

    @Test
    void replacesSomeAndSharesTheOthers() throws IOException {
        OnnxGraph unet = OnnxGraph.read(CompatModels.sd1(), "unet/model.onnx");
        WeightBuffers base = WeightBuffers.of(unet);
        ByteBuffer small = zeros(8 * Float.BYTES);
        WeightBuffers personal = base.with(Map.of("conv_in.bias", small));
        assertThat(personal.names())
                .containsAll(base.names())
                .contains("conv_in.bias")
                .hasSize(base.names().size() + 1);
        assertThat(base.names()).doesNotContain("conv_in.bias");
        assertThat(address(personal, "conv_in.weight")).isEqualTo(address(base, "conv_in.weight"));
        assertThat(address(personal, "conv_in.bias"))
                .isEqualTo(MemorySegment.ofBuffer(small).address());
        assertThatThrownBy(() -> base.buffer("conv_in.bias")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesReplacementsThatDoNotFit() throws IOException {
        WeightBuffers weights = WeightBuffers.of(OnnxGraph.read(CompatModels.sd1(), "unet/model.onnx"));
        int size = 8 * Float.BYTES;
        Map<String, ByteBuffer> bad = Map.of(
                "missing", zeros(size),
                "conv_in.bias", zeros(size + 1),
                "conv_out.bias", ByteBuffer.allocate(4 * Float.BYTES).order(ByteOrder.nativeOrder()),
                "down_blocks.0.resnets.0.conv1.bias",
                        ByteBuffer.allocateDirect(size).order(ByteOrder.BIG_ENDIAN));
        bad.forEach((name, buffer) -> assertThatThrownBy(() -> weights.with(Map.of(name, buffer)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + name + "'"));
    }

    /** The proof that nothing is lost: the same bits come out, whichever way the weights go in. */
    @Test
    void givesTheSameOutputsAsTheOriginalFile() throws IOException, OrtException {
        OnnxGraph unet = OnnxGraph.read(CompatModels.sd1(), "unet/model.onnx");
        byte[] original = CompatModels.sd1().read("unet/model.onnx", 1 << 20);
        float[] expected;
        try (OrtSession session = ENVIRONMENT.createSession(original)) {
            expected = predictNoise(session);
        }
        WeightBuffers all = WeightBuffers.of(unet);
        assertThat(all.skeleton()).hasSizeLessThan(original.length * 3 / 4);
        try (OrtSession session = session(all)) {
            assertThat(predictNoise(session)).containsExactly(expected);
        }
        try (OrtSession session = session(WeightBuffers.none(unet))) {
            assertThat(predictNoise(session)).containsExactly(expected);
        }
    }

    @Test
    void givesAReplacementToTheSession() throws IOException, OrtException {
        OnnxGraph unet = OnnxGraph.read(CompatModels.sd1(), "unet/model.onnx");
        Map<String, ByteBuffer> muted =
                Map.of("conv_out.weight", zeros(4 * 8 * 9 * Float.BYTES), "conv_out.bias", zeros(4 * Float.BYTES));
        for (WeightBuffers weights : new WeightBuffers[] {WeightBuffers.of(unet), WeightBuffers.none(unet)}) {
            try (OrtSession session = session(weights.with(muted))) {
                assertThat(predictNoise(session)).containsOnly(0);
            }
        }
    }

    @Test
    void carriesFloat16Weights() throws IOException, OrtException {
        OnnxGraph graph = new OnnxBytes()
                .value(11, "x", ElementType.F16, 1, 2)
                .value(12, "y", ElementType.F16, 1, 2)
                .node("/n/Add", "Add", List.of("x", "w"), "y")
                .weight("w", ElementType.F16, new long[] {1, 2}, 0, 0)
                .read();
        ByteBuffer ones = zeros(4).putShort(0, Float.floatToFloat16(1)).putShort(2, Float.floatToFloat16(2));
        WeightBuffers weights = WeightBuffers.none(graph).with(Map.of("w", ones));
        try (OrtSession session = session(weights);
                OnnxTensor x = OnnxTensor.createTensor(ENVIRONMENT, zeros(4), new long[] {1, 2}, OnnxJavaType.FLOAT16);
                OrtSession.Result result = session.run(Map.of("x", x))) {
            FloatBuffer y = ((OnnxTensor) result.get(0)).getFloatBuffer();
            assertThat(new float[] {y.get(0), y.get(1)}).containsExactly(1, 2);
        }
    }

    private static OrtSession session(WeightBuffers weights) throws IOException, OrtException {
        Map<String, OnnxTensor> tensors = weights.tensors(ENVIRONMENT);
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.addExternalInitializers(Map.copyOf(tensors));
            options.addConfigEntry(
                    "session.model_external_initializers_file_folder_path", "src/test/resources/compat/sd1/unet");
            return ENVIRONMENT.createSession(weights.skeleton(), options);
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    /** The UNet's output for inputs that are all different. */
    private static float[] predictNoise(OrtSession unet) throws OrtException {
        try (OnnxTensor sample = tensor(1, 4, 16, 16);
                OnnxTensor timestep = OnnxTensor.createTensor(ENVIRONMENT, 501f);
                OnnxTensor text = tensor(1, 77, 32);
                OrtSession.Result result =
                        unet.run(Map.of("sample", sample, "timestep", timestep, "encoder_hidden_states", text))) {
            FloatBuffer output = ((OnnxTensor) result.get("out_sample").orElseThrow()).getFloatBuffer();
            float[] values = new float[output.remaining()];
            output.get(values);
            return values;
        }
    }

    private static OnnxTensor tensor(long... shape) throws OrtException {
        int elements = 1;
        for (long dim : shape) {
            elements *= (int) dim;
        }
        float[] values = new float[elements];
        for (int i = 0; i < elements; i++) {
            values[i] = (float) Math.sin(i);
        }
        return OnnxTensor.createTensor(ENVIRONMENT, FloatBuffer.wrap(values), shape);
    }

    private static ByteBuffer zeros(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    private static long address(WeightBuffers weights, String name) {
        return MemorySegment.ofBuffer(weights.buffer(name)).address();
    }
}
