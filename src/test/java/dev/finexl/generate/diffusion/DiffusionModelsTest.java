package dev.finexl.generate.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.Golden;
import dev.finexl.embed.RgbImage;
import dev.finexl.generate.GeneratorException;
import dev.finexl.generate.ImageGenerator;
import dev.finexl.generate.ImageRequest;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.generate.scheduler.Schedulers;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.Tensor;
import dev.finexl.store.MemoryFiles;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelJson;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What opening a directory says of it, and what the families make of unusual ones. */
class DiffusionModelsTest {

    private static final OnnxRuntime RUNTIME = new OnnxRuntime(OnnxSettings.cpu());
    private static final String INDEX = "model_index.json";

    private static MemoryFiles model(String name) {
        return Golden.files("compat/" + name);
    }

    private static MemoryFiles changed(MemoryFiles files, String name, Consumer<ObjectNode> change) {
        ObjectNode json = ModelJson.read(files, name);
        change.accept(json);
        return files.with(name, json.toString());
    }

    private static SamplerSettings settings(ImageGenerator model, double guidance, String negative, int batch) {
        return new SamplerSettings(
                Schedulers.of(model.schedulerConfig(), "test"), 2, guidance, negative, 32, 48, batch);
    }

    @Test
    void saysWhatAModelDirectoryHolds() {
        assertThatExceptionOfType(ModelFileException.class)
                .isThrownBy(() -> DiffusionModels.open(
                        RUNTIME, model("lcm").without(INDEX).without("unet/config.json")))
                .withMessageContaining(
                        "file 'model_index.json' is missing; expected a directory as 'optimum-cli export onnx'");
        assertThatExceptionOfType(GeneratorException.class)
                .isThrownBy(() -> DiffusionModels.open(
                        RUNTIME, changed(model("lcm"), INDEX, json -> json.put("_class_name", "PixArtAlphaPipeline"))))
                .withMessageContaining("model_index.json names the pipeline 'PixArtAlphaPipeline', expected one of"
                        + " StableDiffusionPipeline, LatentConsistencyModelPipeline, StableDiffusionXLPipeline,"
                        + " StableDiffusion3Pipeline, FluxPipeline");
    }

    @ParameterizedTest
    @CsvSource({
        "lcm, vae_decoder/model.onnx, LatentConsistencyModelPipeline",
        "sdxl, text_encoder_2/model.onnx, StableDiffusionXLPipeline",
        "sd3, text_encoder_3/model.onnx, StableDiffusion3Pipeline",
        "flux, transformer/config.json, FluxPipeline",
        "sd2, scheduler/scheduler_config.json, StableDiffusionPipeline",
    })
    void namesThePartThatIsMissing(String name, String file, String pipeline) {
        int sessions = OnnxSession.live();
        assertThatExceptionOfType(GeneratorException.class)
                .isThrownBy(() -> DiffusionModels.open(RUNTIME, model(name).without(file)))
                .withMessageContaining("%s is missing; a %s has the files model_index.json, ".formatted(file, pipeline))
                .withMessageContaining("vae_decoder/model.onnx");
        assertThat(OnnxSession.live()).isEqualTo(sessions);
    }

    @ParameterizedTest
    @CsvSource({"sd2, tokenizer", "flux, tokenizer_2"})
    void leavesNothingOpenOfAModelThatCannotBeOpened(String name, String tokenizer) {
        int sessions = OnnxSession.live();
        int tensors = Tensor.live();
        MemoryFiles files = model(name);
        for (String file : List.of("tokenizer.json", "vocab.json")) {
            files = files.without(tokenizer + "/" + file);
        }
        MemoryFiles without = files;
        assertThatThrownBy(() -> DiffusionModels.open(RUNTIME, without))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining(tokenizer + "/tokenizer.json");
        assertThat(OnnxSession.live()).isEqualTo(sessions);
        assertThat(Tensor.live()).isEqualTo(tensors);
    }

    @Test
    void refusesARefiner() {
        MemoryFiles refiner = changed(model("sdxl"), INDEX, json -> json.put("requires_aesthetics_score", true));
        assertThatExceptionOfType(GeneratorException.class)
                .isThrownBy(() -> DiffusionModels.open(RUNTIME, refiner))
                .withMessageContaining("requires_aesthetics_score, as a refiner has");
    }

    /** Many copies of Stable Diffusion 3 come without T5: then its place is filled with zeros. */
    @Test
    void samplesStableDiffusion3WithoutT5() {
        MemoryFiles files = changed(
                model("sd3").without("text_encoder_3/model.onnx").without("tokenizer_3/tokenizer.json"),
                INDEX,
                json -> json.putArray("text_encoder_3").addNull().addNull());
        try (DiffusionModel model = (DiffusionModel) DiffusionModels.open(RUNTIME, files);
                RunScope scope = new RunScope()) {
            SamplerSettings settings = settings(model, 4, null, 1);
            Map<String, Embeddings> conditions = model.family().condition(scope, List.of("a red house"), settings);
            Embeddings states = conditions.get("encoder_hidden_states");
            assertThat(states.shape()).containsExactly(333, 64);
            assertThat(Arrays.copyOfRange(states.rows()[0], 77 * 64, 333 * 64)).containsOnly(0);
            List<RgbImage> pictures = new ArrayList<>();
            model.generate(
                    scope,
                    List.of(new ImageRequest("a red house", 1)),
                    settings,
                    (first, images) -> pictures.addAll(images));
            assertThat(pictures.getFirst().height()).isEqualTo(32);
            assertThat(pictures.getFirst().width()).isEqualTo(48);
        }
    }

    /** Batches, guidance and packed latents must not mix pictures. */
    @ParameterizedTest
    @CsvSource({"sd2", "sdxl", "lcm", "sd3", "flux"})
    void aPictureDoesNotDependOnItsBatch(String name) {
        List<ImageRequest> requests =
                List.of(new ImageRequest("a red house", 1), new ImageRequest("some dark teapot, woodcut", 2));
        try (DiffusionModel model = (DiffusionModel) DiffusionModels.open(RUNTIME, model(name));
                RunScope scope = new RunScope()) {
            List<RgbImage> together = new ArrayList<>();
            List<RgbImage> alone = new ArrayList<>();
            model.generate(scope, requests, settings(model, 3, null, 2), (first, images) -> together.addAll(images));
            model.generate(scope, requests, settings(model, 3, null, 1), (first, images) -> alone.addAll(images));
            for (int i = 0; i < 2; i++) {
                assertThat(Pictures.largestDifference(together.get(i), alone.get(i)))
                        .isLessThanOrEqualTo(1);
            }
            assertThat(Pictures.largestDifference(alone.get(0), alone.get(1))).isGreaterThan(10);
        }
    }

    /** No negative prompt is zeros for Stable Diffusion XL, unless the model says otherwise, and an empty one for the others. */
    @Test
    void knowsWhatNoNegativePromptIs() {
        MemoryFiles sdxl = model("sdxl");
        MemoryFiles encoding = changed(sdxl, INDEX, json -> json.put("force_zeros_for_empty_prompt", false));
        assertThat(absent("sdxl", sdxl)).isNull();
        assertThat(absent("sdxl", encoding)).isEmpty();
        assertThat(absent("flux", model("flux"))).isEmpty();
    }

    private static String absent(String name, MemoryFiles files) {
        try (DiffusionModel model = (DiffusionModel) DiffusionModels.open(RUNTIME, files);
                RunScope scope = new RunScope()) {
            if (name.equals("sdxl")) {
                Map<String, Embeddings> none = model.family().unconditional(scope, settings(model, 3, null, 1));
                Map<String, Embeddings> empty = model.family().unconditional(scope, settings(model, 3, "", 1));
                boolean zeros = model.absentNegativePrompt() == null;
                for (String input : List.of("encoder_hidden_states", "text_embeds")) {
                    float[] expected = zeros
                            ? new float[empty.get(input).size()]
                            : empty.get(input).rows()[0];
                    assertThat(none.get(input).rows()[0]).isEqualTo(expected);
                }
                assertThat(empty.get("text_embeds").rows()[0]).isNotEqualTo(new float[32]);
            }
            return model.absentNegativePrompt();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "sd2, 3, 4",
        "sd2, 1, 2",
        "sdxl, 3, 4",
        "lcm, 3, 2",
        "sd3, 3, 4",
        "sd3, 1, 2",
        "flux, 3, 2",
    })
    void countsEvaluations(String name, double guidance, int expected) {
        try (ImageGenerator model = DiffusionModels.open(RUNTIME, model(name))) {
            assertThat(model.evaluationsPerImage(settings(model, guidance, null, 1)))
                    .isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "sd2, 33, 32, 'multiples of 2, up to 4096'",
        "flux, 32, 34, 'multiples of 4, up to 4096'",
        "sd3, 96, 100, 'multiples of 4, up to 96'",
    })
    void saysWhichSizesAModelMakes(String name, int height, int width, String expected) {
        try (ImageGenerator model = DiffusionModels.open(RUNTIME, model(name))) {
            SamplerSettings settings =
                    new SamplerSettings(Schedulers.of(model.schedulerConfig(), "test"), 2, 1, null, height, width, 1);
            assertThatExceptionOfType(GeneratorException.class)
                    .isThrownBy(() -> model.evaluationsPerImage(settings))
                    .withMessageContaining("pictures of %d × %d cannot be made".formatted(width, height))
                    .withMessageContaining(expected);
        }
    }

    @Test
    void refusesASchedulerThatKnowsNothingOfFlowMatching() {
        try (ImageGenerator flux = DiffusionModels.open(RUNTIME, model("flux"))) {
            SamplerSettings settings = new SamplerSettings(
                    Schedulers.of(Golden.json("compat/sd2/scheduler/scheduler_config.json"), "test"),
                    2,
                    1,
                    null,
                    32,
                    32,
                    1);
            assertThatExceptionOfType(GeneratorException.class)
                    .isThrownBy(() -> flux.evaluationsPerImage(settings))
                    .withMessageContaining("the scheduler is DDIMScheduler, expected FlowMatchEulerDiscreteScheduler");
        }
    }

    @Test
    void refusesSizesThatNoModelHas() {
        MemoryFiles huge = changed(model("sd2"), "unet/config.json", json -> json.put("sample_size", 1 << 20));
        assertThatExceptionOfType(GeneratorException.class)
                .isThrownBy(() -> DiffusionModels.open(RUNTIME, huge))
                .withMessageContaining("latents of 1048576 × 1048576");
        MemoryFiles wide = changed(
                model("sd2"),
                "unet/config.json",
                json -> json.putArray("sample_size").add(8).add(12));
        try (ImageGenerator model = DiffusionModels.open(RUNTIME, wide)) {
            assertThat(model.height()).isEqualTo(16);
            assertThat(model.width()).isEqualTo(24);
        }
    }
}
