package dev.finexl.generate.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.Golden;
import dev.finexl.generate.GeneratorException;
import dev.finexl.store.MemoryFiles;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fine-tunes that are handed over without what they did not change. */
class FineTuneTest {

    private static final MemoryFiles SD1 = Golden.files("compat/sd1");
    private static final MemoryFiles OTHER = Golden.files("compat/sd1-transformers5");

    /** The files of some folders, as they are or without a folder before them. */
    private static MemoryFiles part(MemoryFiles files, String mount, String... folders) {
        MemoryFiles part = new MemoryFiles();
        for (String name : files.contents().keySet()) {
            for (String folder : folders) {
                if (name.startsWith(folder + "/")) {
                    String inFolder = name.substring(folder.length() + 1);
                    part = part.with(
                            mount == null ? folder + "/" + inFolder : mount + inFolder,
                            files.contents().get(name));
                }
            }
        }
        return part;
    }

    private static void assertFrom(ModelFiles whole, String file, MemoryFiles source) throws Exception {
        try (var in = whole.open(file)) {
            assertThat(Arrays.equals(in.readAllBytes(), source.contents().get(file)))
                    .as(file)
                    .isTrue();
        }
    }

    @Test
    void takesFromTheBaseWhatItLacks() throws Exception {
        ModelFiles whole = FineTune.completed(part(OTHER, null, "text_encoder", "tokenizer"), SD1);
        assertFrom(whole, "text_encoder/model.onnx", OTHER);
        assertFrom(whole, "tokenizer/tokenizer.json", OTHER);
        assertFrom(whole, "unet/model.onnx", SD1);
        assertFrom(whole, "model_index.json", SD1);
        // The base's tokenizer has other files; mixed with them it would be a third one.
        assertThat(whole.has("tokenizer/merges.txt")).isFalse();
    }

    @Test
    void takesADenoiserAlone() throws Exception {
        MemoryFiles unet = part(OTHER, "", "unet");
        assertThat(FineTune.networkClass(unet)).contains("UNet2DConditionModel");
        assertThat(FineTune.networkClass(SD1)).isEmpty();
        assertThat(FineTune.networkClass(Golden.files("compat/clip-combined"))).isEmpty();
        ModelFiles whole = FineTune.completed(unet, SD1);
        assertFrom(whole, "unet/model.onnx", OTHER);
        assertFrom(whole, "unet/config.json", OTHER);
        assertFrom(whole, "vae_decoder/model.onnx", SD1);
    }

    @Test
    void leavesAWholeModelAsItIs() {
        assertThat(FineTune.completed(OTHER, SD1)).isSameAs(OTHER);
        MemoryFiles sdxl = Golden.files("compat/sdxl");
        assertThat(FineTune.completed(SD1, sdxl)).isSameAs(SD1);
        MemoryFiles unindexed = SD1.without("model_index.json");
        assertThat(FineTune.completed(unindexed, sdxl)).isSameAs(unindexed);
    }

    /** Without its external data a network would otherwise run on the base's weights, and nothing would have changed. */
    @Test
    void doesNotMixThePartsOfANetwork() {
        MemoryFiles unet = part(OTHER, null, "unet").without("unet/config.json");
        assertThatThrownBy(() -> FineTune.completed(unet, SD1))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("unet/config.json");
    }

    /** One scheduler denoises both sides; it would make noise of the one that predicts something else. */
    @Test
    void refusesAModelThatPredictsSomethingElse() {
        assertThatThrownBy(() -> FineTune.completed(Golden.files("compat/sd2"), SD1))
                .isInstanceOf(GeneratorException.class)
                .hasMessageContaining("predicts 'v_prediction', but the base predicts 'epsilon'");
        assertThatThrownBy(() -> FineTune.completed(SD1, Golden.files("compat/sd3")))
                .isInstanceOf(GeneratorException.class)
                .hasMessageContaining("predicts 'epsilon', but the base predicts 'flow'");
    }

    @Test
    void refusesPartsOfAnotherKindOfModel() {
        MemoryFiles transformer = part(Golden.files("compat/flux"), null, "transformer");
        assertThatThrownBy(() -> FineTune.completed(transformer, SD1))
                .isInstanceOf(GeneratorException.class)
                .hasMessageContaining("has a transformer, which a StableDiffusionPipeline such as");
        MemoryFiles alone = part(Golden.files("compat/flux"), "", "transformer");
        assertThatThrownBy(() -> FineTune.completed(alone, SD1))
                .isInstanceOf(GeneratorException.class)
                .hasMessageContaining("'FluxTransformer2DModel', but the base's unet is a 'UNet2DConditionModel'");
    }

    @ParameterizedTest
    @CsvSource({"sd1", "sd2", "lcm", "sdxl", "sd3", "flux"})
    void recognisesAModelWithoutItsIndexByItsParts(String family) {
        MemoryFiles files = Golden.files("compat/" + family);
        DiffusionKind kind = DiffusionKind.of(files);
        assertThat(DiffusionKind.of(files.without("model_index.json"))).isEqualTo(kind);
    }
}
