package dev.finexl.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.finexl.CompatModels;
import dev.finexl.store.DirectoryFiles;
import dev.finexl.store.ElementType;
import dev.finexl.store.MemoryFiles;
import dev.finexl.store.ModelFiles;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The ways in which weights reach a session all lead to the same numbers, and none leaks. */
class PersonalizedSessionTest {

    private static final OnnxRuntime RUNTIME = new OnnxRuntime(OnnxSettings.cpu());
    private static final String UNET = "unet/model.onnx";
    private static final String LINEAR = "time_embedding.linear_1.weight";
    private static final String CONVOLUTION = "conv_out.weight";
    private static final String SMALL = "conv_out.bias";

    private final int sessionsBefore = OnnxSession.live();
    private final int tensorsBefore = Tensor.live();

    @AfterEach
    void nothingStaysOpen() {
        assertThat(OnnxSession.live()).isEqualTo(sessionsBefore);
        assertThat(Tensor.live()).isEqualTo(tensorsBefore);
    }

    /** On disk, where ONNX Runtime maps what is not fed, and not on disk, where the session's file holds it. */
    static Stream<ModelFiles> stores() {
        return Stream.of(CompatModels.sd1(), MemoryFiles.copyOf(Path.of("src/test/resources/compat/sd1")));
    }

    @ParameterizedTest
    @MethodSource("stores")
    void givesWhatTheOriginalFileGives(ModelFiles files) throws IOException, OrtException {
        float[] expected;
        try (OrtSession session = OrtEnvironment.getEnvironment().createSession(files.read(UNET, 1 << 20))) {
            expected = original(session);
        }
        try (OnnxSession plain = RUNTIME.open(files, UNET);
                OnnxSession base = RUNTIME.openPersonalizable(files, UNET, UsualShapes.NONE)) {
            assertThat(plain.fed().names()).isEmpty();
            assertThat(base.fed().names()).contains(LINEAR);
            assertThat(base.inputs()).containsExactlyEntriesOf(plain.inputs());
            assertThat(base.outputs()).containsExactlyEntriesOf(plain.outputs());
            // Neither has the very operators that ONNX Runtime makes of the file as it is.
            float[] held = predict(plain);
            float[] fed = predict(base);
            for (int i = 0; i < fed.length; i++) {
                assertThat(held[i]).isCloseTo(expected[i], within(1e-5f));
                assertThat(fed[i]).isCloseTo(expected[i], within(1e-5f));
            }
        }
    }

    /** A run with others gets a session that takes all, and leaves the first to the usual ones. */
    @ParameterizedTest
    @MethodSource("stores")
    void takesOtherShapesThanTheUsualOnes(ModelFiles files) throws IOException {
        UsualShapes usual =
                new UsualShapes(Map.of("encoder_hidden_states", List.of(UsualShapes.ANY, 77L, UsualShapes.ANY)));
        UsualShapes unusual =
                new UsualShapes(Map.of("encoder_hidden_states", List.of(UsualShapes.ANY, 76L, UsualShapes.ANY)));
        try (OnnxSession forAll = RUNTIME.openPersonalizable(files, UNET, UsualShapes.NONE);
                OnnxSession one = RUNTIME.openPersonalizable(files, UNET, usual);
                OnnxSession two = RUNTIME.openPersonalizable(files, UNET, unusual)) {
            float[] expected = predict(forAll);
            long before = one.bytes();
            assertThat(predict(one)).containsExactly(expected);
            assertThat(one.bytes()).isLessThan(before + weights(one));
            assertThat(predict(two)).containsExactly(expected);
            assertThat(two.bytes()).isGreaterThanOrEqualTo(2 * weights(two));
            try (OnnxSession personalized = RUNTIME.personalize(
                    two, Map.of(LINEAR, zeros(two, LINEAR), CONVOLUTION, zeros(two, CONVOLUTION)))) {
                assertThat(personalized.usual()).isEqualTo(unusual);
                assertThat(predict(personalized)).isNotEqualTo(expected);
            }
        }
    }

    /** The bytes that a session holds, and is not fed. */
    private static long weights(OnnxSession session) {
        return session.graph().initializers().values().stream()
                .filter(weight -> !session.fed().names().contains(weight.name()))
                .mapToLong(OnnxInitializer::byteSize)
                .sum();
    }

    @ParameterizedTest
    @MethodSource("stores")
    void sharesTheSessionWhereOnlyLinearLayersAreReplaced(ModelFiles files) throws IOException {
        try (OnnxSession base = RUNTIME.openPersonalizable(files, UNET, UsualShapes.NONE)) {
            float[] before = predict(base);
            int tensors = Tensor.live();
            try (OnnxSession same = RUNTIME.personalize(base, Map.of(LINEAR, copy(base, LINEAR)));
                    OnnxSession other = RUNTIME.personalize(base, Map.of(LINEAR, zeros(base, LINEAR)))) {
                assertThat(Tensor.live()).isEqualTo(tensors + 2);
                assertThat(predict(same)).containsExactly(before);
                assertThat(predict(other)).isNotEqualTo(before);
                assertThat(other.inputs()).isEqualTo(base.inputs());
            }
            assertThat(predict(base)).containsExactly(before);
        }
    }

    @ParameterizedTest
    @MethodSource("stores")
    void opensASessionOfItsOwnForOtherWeights(ModelFiles files) throws IOException {
        try (OnnxSession base = RUNTIME.openPersonalizable(files, UNET, UsualShapes.NONE);
                OnnxSession plain = RUNTIME.open(files, UNET)) {
            float[] before = predict(base);
            Map<String, ByteBuffer> muted = Map.of(CONVOLUTION, zeros(base, CONVOLUTION), SMALL, zeros(base, SMALL));
            Map<String, ByteBuffer> mixed = new HashMap<>(muted);
            mixed.put(LINEAR, zeros(base, LINEAR));
            try (OnnxSession one = RUNTIME.personalize(base, muted);
                    OnnxSession two = RUNTIME.personalize(base, mixed);
                    OnnxSession three = RUNTIME.personalize(plain, mixed);
                    OnnxSession same = RUNTIME.personalize(base, Map.of(CONVOLUTION, copy(base, CONVOLUTION)))) {
                assertThat(predict(one)).containsOnly(0);
                assertThat(predict(two)).containsOnly(0);
                assertThat(predict(three)).containsOnly(0);
                assertThat(predict(same)).containsExactly(before);
            }
            assertThat(predict(base)).containsExactly(before);
        }
    }

    /** A fine-tune brings a copy of its base's text encoder along, which is not to be in memory twice. */
    @Test
    void opensTheSameContentOnce() {
        MemoryFiles copy = MemoryFiles.copyOf(Path.of("src/test/resources/compat/sd1"));
        ModelFiles others = MemoryFiles.copyOf(Path.of("src/test/resources/compat/sd2"));
        float[] expected;
        OnnxSession second;
        try (OnnxSession first = RUNTIME.openPersonalizable(CompatModels.sd1(), UNET, UsualShapes.NONE);
                OnnxSession plain = RUNTIME.open(copy, UNET);
                OnnxSession other = RUNTIME.openPersonalizable(others, UNET, UsualShapes.NONE)) {
            int tensors = Tensor.live();
            second = RUNTIME.openPersonalizable(copy, UNET, UsualShapes.NONE);
            assertThat(Tensor.live()).isEqualTo(tensors);
            assertThat(second.sharesWith(first)).isTrue();
            assertThat(second.sharesWith(plain)).isFalse();
            assertThat(second.sharesWith(other)).isFalse();
            assertThat(second.graph().files()).isSameAs(copy);
            expected = predict(first);
        }
        try (second) {
            assertThat(predict(second)).containsExactly(expected);
        }
    }

    /** A model that is fed nothing, as on CUDA, takes replaced linear layers into a session of its own. */
    @Test
    void replacesLinearLayersOfAPlainSession() throws IOException {
        try (OnnxSession plain = RUNTIME.open(CompatModels.sd1(), UNET);
                OnnxSession base = RUNTIME.openPersonalizable(CompatModels.sd1(), UNET, UsualShapes.NONE);
                OnnxSession own = RUNTIME.personalize(plain, Map.of(LINEAR, zeros(plain, LINEAR)));
                OnnxSession shared = RUNTIME.personalize(base, Map.of(LINEAR, zeros(base, LINEAR)))) {
            assertThat(own.fed().names()).isEmpty();
            float[] expected = predict(own);
            float[] actual = predict(shared);
            for (int i = 0; i < expected.length; i++) {
                assertThat(actual[i]).isCloseTo(expected[i], within(1e-5f));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("externalStores")
    void takesExternalDataFromWhereItIs(ModelFiles files) {
        try (OnnxSession session = RUNTIME.open(files, "m.onnx");
                RunScope scope = new RunScope();
                Tensor x = Tensor.allocate(RUNTIME, TensorType.FLOAT32, 2)) {
            assertThat(session.run(scope, Map.of("x", x), "y").values()).containsExactly(3, 4);
        }
    }

    /** In memory, on disk, and on disk under a link, which ONNX Runtime would not follow out of the folder. */
    static Stream<ModelFiles> externalStores() throws IOException {
        byte[] model = new OnnxBytes()
                .value(11, "x", ElementType.F32, 2)
                .value(12, "y", ElementType.F32, 2)
                .node("/Add", "Add", List.of("x", "w"), "y")
                .initializer(OnnxBytes.external(
                        OnnxBytes.tensor("w", 1, 2), "location", "data", "offset", "8", "length", "8"))
                .bytes();
        byte[] data = OnnxBytes.stored(ElementType.F32, 1, 2, 3, 4);
        Path disk = Files.createTempDirectory(Path.of("target"), "external");
        Files.write(disk.resolve("m.onnx"), model);
        Files.write(disk.resolve("data"), data);
        Path linked = Files.createTempDirectory(Path.of("target"), "linked");
        Files.createDirectory(linked.resolve("blobs"));
        Files.write(linked.resolve("blobs/1"), model);
        Files.write(linked.resolve("blobs/2"), data);
        Files.createSymbolicLink(linked.resolve("m.onnx"), Path.of("blobs/1"));
        Files.createSymbolicLink(linked.resolve("data"), Path.of("blobs/2"));
        return Stream.of(
                new MemoryFiles().with("m.onnx", model).with("data", data),
                new DirectoryFiles("disk", disk),
                new DirectoryFiles("linked", linked));
    }

    @Test
    void carriesFloat16Weights() throws IOException {
        byte[] model = new OnnxBytes()
                .value(11, "x", ElementType.F16, 1, 2)
                .value(12, "y", ElementType.F16, 1, 2)
                .node("/n/Add", "Add", List.of("x", "w"), "y")
                .weight("w", ElementType.F16, new long[] {1, 2}, 0, 0)
                .bytes();
        ByteBuffer ones = ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder());
        ones.putShort(0, Float.floatToFloat16(1)).putShort(2, Float.floatToFloat16(2));
        try (OnnxSession base = RUNTIME.openPersonalizable(
                        new MemoryFiles().with("m.onnx", model), "m.onnx", UsualShapes.NONE);
                OnnxSession personalized = RUNTIME.personalize(base, Map.of("w", ones));
                RunScope scope = new RunScope();
                Tensor x = Tensor.allocate(RUNTIME, TensorType.FLOAT16, 1, 2)) {
            assertThat(personalized.run(scope, Map.of("x", x), "y").values()).containsExactly(1, 2);
        }
    }

    @Test
    void leavesNothingOpenWhereAReplacementDoesNotFit() throws IOException {
        try (OnnxSession base = RUNTIME.openPersonalizable(CompatModels.sd1(), UNET, UsualShapes.NONE)) {
            int tensors = Tensor.live();
            Map<String, ByteBuffer> tooSmall =
                    Map.of(LINEAR, ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder()));
            assertThatThrownBy(() -> RUNTIME.personalize(base, tooSmall))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(LINEAR);
            assertThat(Tensor.live()).isEqualTo(tensors);
        }
    }

    private static ByteBuffer zeros(OnnxSession session, String name) {
        int bytes = (int) session.graph().initializers().get(name).byteSize();
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    private static ByteBuffer copy(OnnxSession session, String name) throws IOException {
        ByteBuffer copy = zeros(session, name);
        MemorySegment.ofBuffer(copy)
                .copyFrom(session.graph().bytes(session.graph().initializers().get(name)));
        return copy;
    }

    /** The UNet's output for inputs that are all different. */
    private static float[] predict(OnnxSession unet) {
        try (RunScope scope = new RunScope();
                Tensor sample = tensor(1, 4, 16, 16);
                Tensor timestep = Tensor.allocate(RUNTIME, TensorType.FLOAT32);
                Tensor text = tensor(1, 77, 32)) {
            timestep.fill(501);
            return unet.run(
                            scope,
                            Map.of("sample", sample, "timestep", timestep, "encoder_hidden_states", text),
                            "out_sample")
                    .values();
        }
    }

    private static Tensor tensor(long... shape) {
        Tensor tensor = Tensor.allocate(RUNTIME, TensorType.FLOAT32, shape);
        tensor.putFloats(0, values(tensor.size()), 0, tensor.size());
        return tensor;
    }

    private static float[] values(int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) Math.sin(i);
        }
        return values;
    }

    /** The same without anything of ours. */
    private static float[] original(OrtSession unet) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OnnxTensor sample = OnnxTensor.createTensor(
                        environment, FloatBuffer.wrap(values(4 * 16 * 16)), new long[] {1, 4, 16, 16});
                OnnxTensor timestep = OnnxTensor.createTensor(environment, 501f);
                OnnxTensor text = OnnxTensor.createTensor(
                        environment, FloatBuffer.wrap(values(77 * 32)), new long[] {1, 77, 32});
                OrtSession.Result result =
                        unet.run(Map.of("sample", sample, "timestep", timestep, "encoder_hidden_states", text))) {
            FloatBuffer output = ((OnnxTensor) result.get("out_sample").orElseThrow()).getFloatBuffer();
            float[] values = new float[output.remaining()];
            output.get(values);
            return values;
        }
    }
}
