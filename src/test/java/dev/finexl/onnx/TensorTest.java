package dev.finexl.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.store.ElementType;
import dev.finexl.store.MemoryFiles;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TensorTest {

    private static final OnnxRuntime RUNTIME = new OnnxRuntime(OnnxSettings.cpu());

    /** Numbers at which rounding to float16 shows: its largest, one that is too large, the smallest, one halfway. */
    private static final float[] NUMBERS = {1.5f, -0.1f, 65504, 1e6f, 6e-8f, 2049, -0f, 1e-9f};

    private static final float[] AS_FLOAT16 = {
        1.5f, -0.0999755859375f, 65504, Float.POSITIVE_INFINITY, 0x1p-24f, 2048, -0f, 0
    };

    /** ONNX Runtime's own conversion is the judge, both ways. */
    @Test
    void convertsFloat16AsOnnxRuntimeDoes() {
        assertThat(cast(ElementType.F16, ElementType.F32, TensorType.FLOAT16)).containsExactly(AS_FLOAT16);
        assertThat(cast(ElementType.F32, ElementType.F16, TensorType.FLOAT32)).containsExactly(AS_FLOAT16);
    }

    private static float[] cast(ElementType from, ElementType to, TensorType input) {
        int count = NUMBERS.length;
        byte[] model = new OnnxBytes()
                .value(11, "x", from, count)
                .value(12, "y", to, count)
                .node("/Cast", "Cast", List.of("x"), "y", OnnxBytes.attribute("to", to == ElementType.F16 ? 10L : 1L))
                .bytes();
        try (OnnxSession session = RUNTIME.open(new MemoryFiles().with("cast.onnx", model), "cast.onnx");
                RunScope scope = new RunScope();
                Tensor x = Tensor.allocate(RUNTIME, input, count)) {
            x.putFloats(0, NUMBERS, 0, count);
            return session.run(scope, Map.of("x", x), "y").values();
        }
    }

    @Test
    void readsNoRealNumbersFromIntegers() {
        byte[] model = new OnnxBytes()
                .value(11, "x", ElementType.F32, 1)
                .value(12, "y", ElementType.I64, 1)
                .node("/Cast", "Cast", List.of("x"), "y", OnnxBytes.attribute("to", 7L))
                .bytes();
        try (OnnxSession session = RUNTIME.open(new MemoryFiles().with("cast.onnx", model), "cast.onnx");
                RunScope scope = new RunScope();
                Tensor x = Tensor.allocate(RUNTIME, TensorType.FLOAT32, 1)) {
            assertThatThrownBy(() -> session.run(scope, Map.of("x", x), "y"))
                    .isInstanceOf(OnnxException.class)
                    .hasMessage("output 'y' has the element type INT64, expected float32 or float16");
        }
    }

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void writesPartsIntegersAndOneNumberForAll(TensorType type) {
        try (Tensor tensor = Tensor.allocate(RUNTIME, type, 2, 3)) {
            assertThat(tensor.size()).isEqualTo(6);
            assertThat(tensor.shape()).containsExactly(2, 3);
            tensor.fill(7.75);
            tensor.putLong(1, -3);
            tensor.putFloats(4, new float[] {9, 2.5f, -2.5f}, 1, 2);
            if (type.isReal()) {
                assertThat(tensor.toFloats()).containsExactly(7.75f, -3, 7.75f, 7.75f, 2.5f, -2.5f);
            } else {
                assertThat(integers(tensor)).containsExactly(7, -3, 7, 7, 2, -2);
                assertThatThrownBy(tensor::toFloats).isInstanceOf(IllegalStateException.class);
            }
        }
    }

    private static long[] integers(Tensor tensor) {
        ByteBuffer bytes = tensor.onnx().getByteBuffer().order(ByteOrder.nativeOrder());
        long[] values = new long[tensor.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = tensor.type() == TensorType.INT64 ? bytes.getLong(i * 8) : bytes.getInt(i * 4);
        }
        return values;
    }

    @Test
    void refusesAnIntegerThatDoesNotFit() {
        try (Tensor tensor = Tensor.allocate(RUNTIME, TensorType.INT32, 1)) {
            assertThatThrownBy(() -> tensor.putLong(0, 1L << 31)).isInstanceOf(ArithmeticException.class);
        }
    }

    @Test
    void isCountedUntilItIsClosed() {
        int before = Tensor.live();
        Tensor scalar = Tensor.allocate(RUNTIME, TensorType.FLOAT32);
        assertThat(scalar.size()).isEqualTo(1);
        assertThat(Tensor.live()).isEqualTo(before + 1);
        scalar.close();
        scalar.close();
        assertThat(Tensor.live()).isEqualTo(before);
        assertThatThrownBy(scalar::onnx).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void liesOverABufferWithoutACopy() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder());
        try (Tensor tensor = Tensor.over(RUNTIME, TensorType.FLOAT32, bytes, 2);
                Tensor fixed = Tensor.over(
                        RUNTIME, TensorType.FLOAT32, bytes.asReadOnlyBuffer().order(ByteOrder.nativeOrder()), 2)) {
            bytes.putFloat(4, 5);
            assertThat(tensor.toFloats()).containsExactly(0, 5);
            assertThat(fixed.toFloats()).containsExactly(0, 5);
            assertThatThrownBy(() -> fixed.fill(1)).isInstanceOf(ReadOnlyBufferException.class);
        }
    }

    @Test
    void refusesMoreThanABufferHolds() {
        int before = Tensor.live();
        assertThatThrownBy(() -> Tensor.allocate(RUNTIME, TensorType.INT64, 1 << 16, 1 << 13))
                .isInstanceOf(OnnxException.class)
                .hasMessageContaining("[65536, 8192]")
                .hasMessageContaining("2 GiB");
        assertThat(Tensor.live()).isEqualTo(before);
    }
}
