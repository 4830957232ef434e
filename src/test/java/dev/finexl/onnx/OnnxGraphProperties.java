package dev.finexl.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.finexl.CompatModels;
import dev.finexl.onnx.OnnxInitializer.Storage;
import dev.finexl.store.ElementType;
import dev.finexl.store.MemoryFiles;
import dev.finexl.store.ModelFileException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class OnnxGraphProperties {

    private final byte[] small = everyFeature();
    private final byte[] exported;

    OnnxGraphProperties() throws IOException {
        exported = CompatModels.sd1().read("text_encoder/model.onnx", 1 << 20);
    }

    /** Whatever one byte becomes, the file is used or refused, and nothing else happens. */
    @Property(tries = 20, seed = "1")
    void anyByteMayBeWrong(@ForAll @IntRange(min = 1, max = 255) int change) throws IOException {
        for (int i = 0; i < small.length; i++) {
            byte[] file = small.clone();
            file[i] ^= (byte) change;
            useOrRefuse(file);
        }
    }

    @Property(tries = 300, seed = "2")
    void anyByteOfAnExportMayBeWrong(
            @ForAll @IntRange(max = 267_873) int position, @ForAll @IntRange(min = 1, max = 255) int change)
            throws IOException {
        byte[] file = exported.clone();
        file[position] ^= (byte) change;
        useOrRefuse(file);
    }

    @Property(tries = 1, seed = "3")
    void aFileMayEndAnywhere() throws IOException {
        for (int length = 0; length < small.length; length++) {
            useOrRefuse(Arrays.copyOf(small, length));
        }
    }

    @Property(tries = 100, seed = "4")
    void anExportMayEndAnywhere(@ForAll @IntRange(max = 267_873) int length) throws IOException {
        useOrRefuse(Arrays.copyOf(exported, length));
    }

    @Property(seed = "5")
    void anyBytesMayBeAFile(@ForAll byte[] file) throws IOException {
        useOrRefuse(file);
    }

    private static void useOrRefuse(byte[] file) throws IOException {
        MemoryFiles files = new MemoryFiles().with("m.onnx", file).with("data", new byte[64]);
        try {
            OnnxGraph graph = OnnxGraph.read(files, "m.onnx");
            SessionFile.of(
                    WeightBuffers.none(graph), LinearWeights.of(graph), graph.simplification(UsualShapes.NONE, true));
            for (OnnxInitializer initializer : graph.initializers().values()) {
                if (!(initializer.storage() instanceof Storage.Encoded)) {
                    assertThat(graph.bytes(initializer).byteSize()).isEqualTo(initializer.byteSize());
                }
            }
        } catch (ModelFileException e) {
            assertThat(e).hasMessageStartingWith("memory:test: file 'm.onnx' ");
        }
    }

    /** A file of less than a kilobyte that has every field that is read. */
    private static byte[] everyFeature() {
        int int64 = 7;
        ProtoBytes inner = new ProtoBytes()
                .message(1, OnnxBytes.nodeProto("", "i", "Identity", List.of("w"), "y"))
                .message(5, OnnxBytes.tensor("c", int64, 1).varint(7, 3));
        return new OnnxBytes()
                .value(11, "x", ElementType.F32, 1, 2)
                .value(12, "y", ElementType.F32, 1, 2)
                .node("/a/MatMul", "MatMul", List.of("x", "w"), "a", OnnxBytes.attribute("transB", 1))
                .node("/b/Transpose", "Transpose", List.of("h"), "b", OnnxBytes.attribute("perm", 1, 0))
                .node(
                        "if",
                        "If",
                        List.of("c"),
                        "d",
                        new ProtoBytes().text(1, "then_branch").message(6, inner))
                .weight("w", ElementType.F32, new long[] {2, 2}, 1, 2, 3, 4)
                .weight("h", ElementType.F16, new long[] {1, 2}, 1, 2)
                .initializer(OnnxBytes.tensor("p", 1, 2).bytes(4, OnnxBytes.stored(ElementType.F32, 1, 2)))
                .initializer(OnnxBytes.tensor("i", int64, 2)
                        .bytes(7, new ProtoBytes().raw(-1).raw(7).toArray()))
                .initializer(OnnxBytes.external(
                        OnnxBytes.tensor("e", 1, 4), "location", "data", "offset", "16", "length", "16"))
                .model(14, new ProtoBytes().text(1, "key").text(2, "value"))
                .bytes();
    }
}
