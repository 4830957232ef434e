package dev.finexl.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.CompatModels;
import dev.finexl.store.DirectoryFiles;
import dev.finexl.store.ModelFileException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightBuffersTest {

    @Test
    void hasTheNamedWeightsAligned() throws IOException {
        OnnxGraph unet = OnnxGraph.read(CompatModels.sd1(), "unet/model.onnx");
        Set<String> names = unet.initializers().keySet();
        WeightBuffers weights = WeightBuffers.none(unet).withOriginals(names);
        assertThat(weights.graph()).isSameAs(unet);
        assertThat(weights.names()).containsExactlyElementsOf(names);
        for (String name : names) {
            ByteBuffer buffer = weights.buffer(name);
            assertThat(buffer.isDirect()).isTrue();
            assertThat(buffer.isReadOnly()).isTrue();
            assertThat(buffer.order()).isEqualTo(ByteOrder.nativeOrder());
            MemorySegment bytes = MemorySegment.ofBuffer(buffer);
            assertThat(bytes.address() % 64).isZero();
            assertThat(bytes.isMapped()).isFalse();
            assertThat(bytes.mismatch(unet.bytes(unet.initializers().get(name))))
                    .isEqualTo(-1);
        }
    }

    @Test
    void usesAlignedExternalDataInPlaceAndCopiesTheRest(@TempDir Path root) throws IOException {
        Files.write(root.resolve("data"), new byte[10_000]);
        OnnxBytes model = new OnnxBytes()
                .initializer(
                        OnnxBytes.external(OnnxBytes.tensor("aligned", 1, 4), "location", "data", "offset", "4096"))
                .initializer(OnnxBytes.external(OnnxBytes.tensor("odd", 1, 4), "location", "data", "offset", "4097"));
        Files.write(root.resolve("m.onnx"), model.bytes());
        OnnxGraph graph = OnnxGraph.read(new DirectoryFiles("model", root), "m.onnx");
        WeightBuffers weights =
                WeightBuffers.none(graph).withOriginals(graph.initializers().keySet());
        assertThat(MemorySegment.ofBuffer(weights.buffer("aligned")).isMapped()).isTrue();
        MemorySegment copied = MemorySegment.ofBuffer(weights.buffer("odd"));
        assertThat(copied.isMapped()).isFalse();
        assertThat(copied.address() % 64).isZero();
    }

    @Test
    void refusesFormatsThatJavaCannotHandOver(@TempDir Path root) throws IOException {
        int uint16 = 4;
        Files.write(root.resolve("data"), new byte[8]);
        Files.write(
                root.resolve("m.onnx"),
                new OnnxBytes()
                        .initializer(OnnxBytes.external(OnnxBytes.tensor("u", uint16, 4), "location", "data"))
                        .bytes());
        OnnxGraph external = OnnxGraph.read(new DirectoryFiles("model", root), "m.onnx");
        assertThatThrownBy(() -> WeightBuffers.none(external).withOriginals(Set.of("u")))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("initializer 'u' is external and has 8 bytes of U16");
    }

    @Test
    void refusesBytesOfAFileThatHasChangedSinceItWasRead(@TempDir Path root) throws IOException {
        Files.write(root.resolve("data"), new byte[8]);
        Files.write(
                root.resolve("m.onnx"),
                new OnnxBytes()
                        .initializer(OnnxBytes.external(OnnxBytes.tensor("w", 1, 2), "location", "data"))
                        .bytes());
        OnnxGraph graph = OnnxGraph.read(new DirectoryFiles("model", root), "m.onnx");
        Files.write(root.resolve("data"), new byte[12]);
        assertThatThrownBy(() -> WeightBuffers.none(graph).withOriginals(Set.of("w")))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("data")
                .hasMessageContaining("have changed since");
    }

    @Test
    void replacesSomeAndSharesTheOthers() throws IOException {
        OnnxGraph unet = OnnxGraph.read(CompatModels.sd1(), "unet/model.onnx");
        WeightBuffers base = WeightBuffers.none(unet).withOriginals(Set.of("conv_in.weight"));
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
        WeightBuffers weights = WeightBuffers.none(OnnxGraph.read(CompatModels.sd1(), "unet/model.onnx"));
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

    private static ByteBuffer zeros(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    private static long address(WeightBuffers weights, String name) {
        return MemorySegment.ofBuffer(weights.buffer(name)).address();
    }
}
