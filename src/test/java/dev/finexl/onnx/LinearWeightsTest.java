package dev.finexl.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.finexl.CompatModels;
import dev.finexl.store.ElementType;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinearWeightsTest {

    @Test
    void areTheMatricesThatAreOnlyMultipliedBy() throws IOException {
        OnnxGraph graph = new OnnxBytes()
                .weight("product", ElementType.F32, new long[] {16, 16}, new float[256])
                .weight("gemm", ElementType.F32, new long[] {16, 16}, new float[256])
                .weight("left", ElementType.F32, new long[] {16, 16}, new float[256])
                .weight("added too", ElementType.F32, new long[] {16, 16}, new float[256])
                .weight("an output", ElementType.F32, new long[] {16, 16}, new float[256])
                .weight("small", ElementType.F32, new long[] {16, 15}, new float[240])
                .weight("half", ElementType.F16, new long[] {32, 32}, new float[1024])
                .weight("of rank 3", ElementType.F32, new long[] {1, 16, 16}, new float[256])
                .weight("turned", ElementType.F32, new long[] {16, 16}, new float[256])
                .weight("unused", ElementType.F32, new long[] {16, 16}, new float[256])
                .node("/0", "MatMul", List.of("x", "product"), "a")
                .node("/1", "Gemm", List.of("a", "gemm"), "b")
                .node("/2", "MatMul", List.of("left", "b"), "c")
                .node("/3", "MatMul", List.of("c", "added too"), "d")
                .node("/4", "Add", List.of("d", "added too"), "e")
                .node("/5", "MatMul", List.of("e", "an output"), "f")
                .node("/6", "MatMul", List.of("f", "small"), "g")
                .node("/7", "MatMul", List.of("g", "half"), "h")
                .node("/8", "MatMul", List.of("h", "of rank 3"), "i")
                .node("/9", "Transpose", List.of("turned"), "t", OnnxBytes.attribute("perm", 1L, 0L))
                .node("/10", "MatMul", List.of("i", "t"), "j")
                .node("com.microsoft", "/11", "MatMul", List.of("j", "unused"), "k")
                .value(12, "an output", ElementType.F32, 16, 16)
                .read();
        assertThat(LinearWeights.of(graph)).containsExactly("product", "gemm");
    }

    @Test
    void areMostOfWhatLorasChangeInAnExportedUnet() throws IOException {
        OnnxGraph unet = OnnxGraph.read(CompatModels.sd1(), "unet/model.onnx");
        assertThat(LinearWeights.of(unet))
                .allMatch(name -> unet.initializers().get(name).shape().rank() == 2)
                .hasSizeGreaterThan(20)
                .contains("time_embedding.linear_1.weight");
    }
}
