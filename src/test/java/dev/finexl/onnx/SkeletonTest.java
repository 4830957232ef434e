package dev.finexl.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.CompatModels;
import dev.finexl.onnx.OnnxInitializer.Storage;
import dev.finexl.store.ElementType;
import dev.finexl.store.MemoryFiles;
import dev.finexl.store.ModelFiles;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SkeletonTest {

    @Test
    void writesTheFileAsItIsWhereNothingIsTakenOut() throws IOException {
        ModelFiles sd1 = CompatModels.sd1();
        assertThat(OnnxGraph.read(sd1, "unet/model.onnx").skeleton(Set.of(), Set.of(), Map.of(), Simplification.NONE))
                .isEqualTo(sd1.read("unet/model.onnx", 1 << 20));
    }

    @Test
    void changesTheNamedInitializersAndNothingElse() throws IOException {
        byte[] bytes = model(new ProtoBytes().varint(1, 2).varint(2, 1).text(8, "w"), new byte[8]);
        byte[] expected = model(
                OnnxBytes.external(
                        new ProtoBytes()
                                .varint(1, 2)
                                .varint(2, 1)
                                .text(8, "w")
                                .text(12, "after the data")
                                .text(99, "unknown"),
                        "location",
                        "model.onnx",
                        "offset",
                        Integer.toString(rawDataOffset(bytes)),
                        "length",
                        "8"),
                null);
        OnnxGraph graph = OnnxGraph.read(new MemoryFiles().with("unet/model.onnx", bytes), "unet/model.onnx");
        assertThat(graph.skeleton(Set.of("w"), Set.of(), Map.of(), Simplification.NONE))
                .isEqualTo(expected);
    }

    /** A model with fields that nobody knows at every level, and neighbours on both sides of the initializer. */
    private static byte[] model(ProtoBytes tensor, byte[] data) {
        if (data != null) {
            tensor.bytes(9, data).text(12, "after the data").text(99, "unknown");
        }
        return new OnnxBytes()
                .weight("before", ElementType.F32, new long[] {1}, 1)
                .initializer(tensor)
                .node("/n/Add", "Add", List.of("w", "before"), "y")
                .weight("after", ElementType.F32, new long[] {1}, 2)
                .graph(98, new ProtoBytes().text(1, "unknown"))
                .model(97, new ProtoBytes().text(1, "unknown"))
                .bytes();
    }

    private static int rawDataOffset(byte[] bytes) throws IOException {
        OnnxGraph graph = OnnxGraph.read(new MemoryFiles().with("m.onnx", bytes), "m.onnx");
        return (int) ((Storage.Inline) graph.initializers().get("w").storage()).offset();
    }

    @Test
    void turnsFedInitializersIntoInputsAndChangesNothingElse() throws IOException {
        byte[] bytes =
                model(new ProtoBytes().varint(1, 2).varint(1, 3).varint(2, 1).text(8, "w"), new byte[24]);
        byte[] expected = new OnnxBytes()
                .weight("before", ElementType.F32, new long[] {1}, 1)
                .value(11, "w", ElementType.F32, 2, 3)
                .node("/n/Add", "Add", List.of("w", "before"), "y")
                .weight("after", ElementType.F32, new long[] {1}, 2)
                .graph(98, new ProtoBytes().text(1, "unknown"))
                .model(97, new ProtoBytes().text(1, "unknown"))
                .bytes();
        OnnxGraph graph = OnnxGraph.read(new MemoryFiles().with("unet/model.onnx", bytes), "unet/model.onnx");
        assertThat(graph.skeleton(Set.of(), Set.of("w"), Map.of(), Simplification.NONE))
                .isEqualTo(expected);
    }

    /** As files before IR version 4 have it. */
    @Test
    void listsNoInputTwice() throws IOException {
        OnnxBytes rest = new OnnxBytes().value(11, "w", ElementType.F32, 1);
        byte[] expected = rest.bytes();
        OnnxGraph graph = rest.weight("w", ElementType.F32, new long[] {1}, 1).read();
        assertThat(graph.inputs()).isEmpty();
        assertThat(graph.skeleton(Set.of(), Set.of("w"), Map.of(), Simplification.NONE))
                .isEqualTo(expected);
    }

    @Test
    void canBeReadAgainAndPointsToTheSameBytes() throws IOException {
        ModelFiles sd1 = CompatModels.sd1();
        OnnxGraph unet = OnnxGraph.read(sd1, "unet/model.onnx");
        byte[] skeleton = unet.skeleton(unet.initializers().keySet(), Set.of(), Map.of(), Simplification.NONE);
        MemoryFiles files = new MemoryFiles()
                .with("unet/skeleton.onnx", skeleton)
                .with("unet/model.onnx", sd1.read("unet/model.onnx", 1 << 20));
        OnnxGraph again = OnnxGraph.read(files, "unet/skeleton.onnx");
        assertThat(again.nodes()).isEqualTo(unet.nodes());
        assertThat(again.initializers().keySet())
                .containsExactlyElementsOf(unet.initializers().keySet());
        for (OnnxInitializer initializer : unet.initializers().values()) {
            OnnxInitializer external = again.initializers().get(initializer.name());
            assertThat(external.storage()).isInstanceOf(Storage.External.class);
            assertThat(external.shape()).isEqualTo(initializer.shape());
            assertThat(again.bytes(external).mismatch(unet.bytes(initializer))).isEqualTo(-1);
        }
    }

    @Test
    void leavesWhatIsExternalAlready() throws IOException {
        byte[] bytes = new OnnxBytes()
                .initializer(OnnxBytes.external(OnnxBytes.tensor("w", 1, 2), "location", "data", "checksum", "abc"))
                .bytes();
        MemoryFiles files = new MemoryFiles().with("m.onnx", bytes).with("data", new byte[8]);
        assertThat(OnnxGraph.read(files, "m.onnx").skeleton(Set.of("w"), Set.of(), Map.of(), Simplification.NONE))
                .isEqualTo(bytes);
    }

    @Test
    void refusesNamesThatCannotBeTakenOut() throws IOException {
        int int64 = 7;
        OnnxGraph graph = new OnnxBytes()
                .initializer(OnnxBytes.tensor("encoded", int64, 1).varint(7, 1))
                .read();
        assertThatThrownBy(() -> graph.skeleton(Set.of("encoded"), Set.of(), Map.of(), Simplification.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'encoded'");
        assertThatThrownBy(() -> graph.skeleton(Set.of("missing"), Set.of(), Map.of(), Simplification.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'missing'");
    }
}
