package dev.finexl.generate.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.embed.ClipTokenizer;
import dev.finexl.generate.GeneratorException;
import dev.finexl.generate.ImageGenerator;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.generate.TextualInversion;
import dev.finexl.generate.scheduler.Schedulers;
import dev.finexl.onnx.OnnxGraph;
import dev.finexl.onnx.OnnxInitializer;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.Tensor;
import dev.finexl.store.ClasspathFiles;
import dev.finexl.store.Floats;
import dev.finexl.store.MemoryFiles;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.SafetensorsBytes;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A placeholder with the embeddings of tokens that the vocabulary has must do what these tokens do: that is all that a
 * textual inversion is.
 */
class TextualInversionTest {

    private static final OnnxRuntime RUNTIME = new OnnxRuntime(OnnxSettings.cpu());
    private static final String WORDS = "red cat";

    @AfterEach
    void closesEverything() {
        assertThat(OnnxSession.live()).isZero();
        assertThat(Tensor.live()).isZero();
    }

    private static ModelFiles model(String name) {
        return new ClasspathFiles(name, TextualInversionTest.class.getClassLoader(), "compat/" + name);
    }

    private static long[] idsOfWords(String model, String folder) {
        try (ClipTokenizer tokenizer = ClipTokenizer.open(model(model), folder, 77)) {
            long[] ids = tokenizer.tokenize(WORDS).unpadded();
            return Arrays.copyOfRange(ids, 1, ids.length - 1);
        }
    }

    /** The rows that a text encoder has for the words. */
    private static SafetensorsBytes rows(SafetensorsBytes file, String key, String model, String encoder)
            throws IOException {
        OnnxGraph graph = OnnxGraph.read(model(model), encoder + "/model.onnx");
        OnnxInitializer table = graph.initializers().values().stream()
                .filter(one -> one.name().endsWith("token_embedding.weight"))
                .findFirst()
                .orElseThrow();
        long[] ids = idsOfWords(model, encoder.replace("text_encoder", "tokenizer"));
        int width = (int) table.shape().dim(1);
        float[] all = new float[ids.length * width];
        for (int i = 0; i < ids.length; i++) {
            float[] row = new float[width];
            Floats.load(table.type(), graph.bytes(table), ids[i] * width, row);
            System.arraycopy(row, 0, all, i * width, width);
        }
        return file.floats(key, new long[] {ids.length, width}, all);
    }

    private static TextualInversion read(SafetensorsBytes file, String token) throws IOException {
        return TextualInversion.read(
                new MemoryFiles().with("style.safetensors", file.bytes()), "style.safetensors", token);
    }

    private static float[] condition(ImageGenerator model, String prompt) {
        SamplerSettings settings = new SamplerSettings(
                Schedulers.of(model.schedulerConfig(), "scheduler"), 2, 1, null, model.height(), model.width(), 1);
        try (RunScope scope = new RunScope()) {
            return ((DiffusionModel) model)
                    .family()
                    .condition(scope, List.of(prompt), settings)
                    .get("encoder_hidden_states")
                    .rows()[0];
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"<cat-toy>", "emb_params"})
    void standsForItsVectors(String key) throws IOException {
        try (ImageGenerator base = DiffusionModels.open(RUNTIME, model("sd1"))) {
            TextualInversion inversion = read(rows(new SafetensorsBytes(), key, "sd1", "text_encoder"), null);
            assertThat(inversion.token()).isEqualTo(key.equals("emb_params") ? "style" : key);
            try (ImageGenerator personalized = base.personalize(List.of(), List.of(inversion))) {
                float[] words = condition(base, "a photo of a red cat on a hill");
                assertThat(condition(personalized, "a photo of a %s on a hill".formatted(inversion.token())))
                        .isEqualTo(words);
                assertThat(condition(personalized, "a photo of a red cat on a hill"))
                        .isEqualTo(words);
            }
        }
    }

    @Test
    void severalStandBesideEachOtherAndBothEncodersGetTheirs() throws IOException {
        SafetensorsBytes both = rows(new SafetensorsBytes(), "clip_l", "sdxl", "text_encoder");
        rows(both, "clip_g", "sdxl", "text_encoder_2");
        try (ImageGenerator base = DiffusionModels.open(RUNTIME, model("sdxl"));
                ImageGenerator personalized =
                        base.personalize(List.of(), List.of(read(both, "<one>"), read(both, "<two>")))) {
            assertThat(condition(personalized, "<one> and <TWO>")).isEqualTo(condition(base, "red cat and red cat"));
        }
    }

    @Test
    void refusesAnotherModelsVectors() throws IOException {
        try (ImageGenerator base = DiffusionModels.open(RUNTIME, model("sd1"))) {
            TextualInversion wide = read(new SafetensorsBytes().floats("<x>", new long[] {5}, new float[5]), null);
            assertThatThrownBy(() -> base.personalize(List.of(), List.of(wide)))
                    .isInstanceOf(GeneratorException.class)
                    .hasMessageContaining("vectors of 5 numbers")
                    .hasMessageContaining("text_encoder has token embeddings of 32");
            TextualInversion two = read(
                    new SafetensorsBytes()
                            .floats("clip_l", new long[] {1, 2}, 1, 2)
                            .floats("clip_g", new long[] {1, 2}, 1, 2),
                    null);
            assertThatThrownBy(() -> base.personalize(List.of(), List.of(two)))
                    .isInstanceOf(GeneratorException.class)
                    .hasMessageContaining("is for two CLIP text encoders, the model has one CLIP text encoder");
        }
    }

    @Test
    void refusesWhatIsNone() {
        assertThatThrownBy(() -> read(
                        new SafetensorsBytes().floats("a", new long[] {1}, 1).floats("b", new long[] {1}, 1), null))
                .isInstanceOf(GeneratorException.class)
                .hasMessageContaining("has 2 tensors");
        assertThatThrownBy(() -> read(new SafetensorsBytes().floats("a", new long[] {76, 1}, new float[76]), null))
                .hasMessageContaining("at most 75 tokens");
        assertThatThrownBy(() -> read(new SafetensorsBytes().floats("a", new long[] {1}, Float.NaN), null))
                .hasMessageContaining("expected finite numbers");
        assertThatThrownBy(() -> read(new SafetensorsBytes().floats("a", new long[] {1}, 1), " "))
                .hasMessageContaining("placeholder token");
    }

    @Test
    void findsPlaceholdersAsWordsAndCutsWhatDoesNotFit() {
        try (ClipTokenizer tokenizer = ClipTokenizer.open(model("sd1"), "tokenizer", 77)) {
            PromptTokens tokens = new PromptTokens(
                    tokenizer,
                    List.of(
                            new PromptTokens.Placeholder("sks", 9000, 2),
                            new PromptTokens.Placeholder("<a>", 9002, 1),
                            new PromptTokens.Placeholder("<a>b", 9003, 1)));
            assertThat(tokens.encode("asks")).isEqualTo(tokenizer.encode("asks"));
            assertThat(tokens.encode("SKS<a>b<a>"))
                    .startsWith(tokenizer.startId(), 9000, 9001, 9003, 9002, tokenizer.endId());
            long[] full = tokens.encode("sks ".repeat(100));
            assertThat(full).hasSize(77).endsWith(tokenizer.endId());
            assertThat(full[75]).isEqualTo(9000);
        }
    }
}
