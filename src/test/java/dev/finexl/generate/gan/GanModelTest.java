package dev.finexl.generate.gan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.embed.RgbImage;
import dev.finexl.generate.GeneratorException;
import dev.finexl.generate.ImageGenerator;
import dev.finexl.generate.ImageRequest;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.generate.described.GeneratorKind;
import dev.finexl.generate.noise.TorchGenerator;
import dev.finexl.onnx.OnnxBytes;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.ElementType;
import dev.finexl.store.MemoryFiles;
import dev.finexl.store.ModelFileException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code generator.json} says is what the graph is given, and what cannot be meant is refused by its field. */
class GanModelTest {

    private static final OnnxRuntime RUNTIME = new OnnxRuntime(OnnxSettings.cpu());
    private static final String JSON = """
            {"kind": "gan", "generator": "g.onnx",
             "latent": {"input": "z", "size": 3},
             "condition": {"input": "label", "from": "class", "classes": ["cat", "black cat", "dog"]},
             "noise": {"input": "noise", "shape": [3, 1, 1]},
             "truncation": {"input": "psi", "value": 0.5},
             "output": {"name": "sample", "range": [-4, 4], "height": 1, "width": 1}}""";

    /** One picture of one pixel: psi · z + label + noise. */
    private static MemoryFiles files(String json) {
        byte[] graph = new OnnxBytes()
                .value(11, "z", ElementType.F32, 1, 3)
                .value(11, "label", ElementType.F32, 1, 3)
                .value(11, "noise", ElementType.F32, 1, 3, 1, 1)
                .value(11, "psi", ElementType.F32)
                .value(12, "sample", ElementType.F32, 1, 3, 1, 1)
                .weight("pixel", ElementType.F32, new long[] {1, 3, 1, 1}, 0, 0, 0)
                .node("mul", "Mul", List.of("z", "psi"), "scaled")
                .node("add", "Add", List.of("scaled", "label"), "labelled")
                .node("shape", "Shape", List.of("pixel"), "to")
                .node("reshape", "Reshape", List.of("labelled", "to"), "picture")
                .node("sum", "Add", List.of("picture", "noise"), "sample")
                .bytes();
        return new MemoryFiles().with("generator.json", json).with("g.onnx", graph);
    }

    private static RgbImage draw(String prompt, long seed) {
        List<RgbImage> images = new ArrayList<>();
        try (ImageGenerator model = GanModel.open(RUNTIME, files(JSON));
                RunScope scope = new RunScope()) {
            model.generate(
                    scope,
                    List.of(new ImageRequest(prompt, seed)),
                    new SamplerSettings(null, 1, 1, null, 1, 1, 1),
                    (first, batch) -> images.addAll(batch));
        }
        return images.getFirst();
    }

    @ParameterizedTest
    @CsvSource({"a cat on a mat, 0", "A black cat, 1", "the dog, 2"})
    void givesTheGraphLatentClassNoiseAndTruncation(String prompt, int label) {
        TorchGenerator generator = new TorchGenerator(7);
        float[] z = new float[3];
        float[] noise = new float[3];
        generator.normal(z, 0, 3);
        generator.normal(noise, 0, 3);
        byte[] expected = new byte[3];
        for (int c = 0; c < 3; c++) {
            double value = 0.5 * z[c] + (c == label ? 1 : 0) + noise[c];
            expected[c] = (byte) Math.rint((value + 4) / 8 * 255);
        }

        assertThat(draw(prompt, 7).rgb()).isEqualTo(expected);
    }

    @Test
    void refusesAPromptWithoutAClass() {
        assertThatThrownBy(() -> draw("a catalogue", 0))
                .isInstanceOf(GeneratorException.class)
                .hasMessageContaining("a catalogue")
                .hasMessageContaining("cat");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"size\": 3 | \"size\": 3000000000 | latent.size",
                "\"size\": 3 | \"size\": \"3\" | latent.size",
                "\"size\": 3 | \"size\": 3, \"distribution\": \"cauchy\" | latent.distribution",
                "[3, 1, 1] | [3, 1.5, 1] | noise.shape",
                "[3, 1, 1] | [2000000, 2000000, 2000000] | noise.shape",
                "[3, 1, 1] | [3] | noise.shape",
                "0.5 | NaN | truncation.value",
                "[-4, 4] | [4, -4] | output.range",
                "[-4, 4] | [0, Infinity] | output.range",
                "\"height\": 1 | \"height\": 100000 | output.height",
                "\"class\" | \"video\" | condition.from",
                "[\"cat\", \"black cat\", \"dog\"] | [] | condition.classes",
                "\"g.onnx\" | \"\" | generator",
                "\"g.onnx\" | \"../g.onnx\" | ../g.onnx",
                "\"g.onnx\" | \"absent.onnx\" | absent.onnx",
            })
    void refusesWhatCannotBeMeant(String from, String to, String field) {
        int open = OnnxSession.live();

        assertThatThrownBy(() -> GanModel.open(RUNTIME, files(JSON.replace(from, to))))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining(field);
        assertThat(OnnxSession.live()).isEqualTo(open);
    }

    @Test
    void refusesAGraphThatWantsMore() {
        assertThatThrownBy(() -> GanModel.open(RUNTIME, files(JSON.replace("\"noise\": {", "\"other\": {"))))
                .isInstanceOf(GeneratorException.class)
                .hasMessageContaining("noise");
    }

    @Test
    void refusesAnUnknownKind() {
        assertThatThrownBy(() -> GeneratorKind.of(files("{\"kind\": \"flow\"}")))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("kind")
                .hasMessageContaining("autoregressive");
    }
}
