package dev.finexl.generate.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.Golden;
import dev.finexl.embed.ImageDecoder;
import dev.finexl.embed.RgbImage;
import dev.finexl.generate.ImageGenerator;
import dev.finexl.generate.ImageRequest;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.generate.lora.LoraFile;
import dev.finexl.generate.lora.WeightedLora;
import dev.finexl.generate.noise.TorchGenerator;
import dev.finexl.generate.scheduler.Schedulers;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.Catalogue;
import dev.finexl.store.CatalogueEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bundled miniature samples what diffusers samples in torch, with and without LoRAs. */
class MiniatureGoldenTest {

    private static final Catalogue CATALOGUE = new Catalogue(List.of());
    private static final JsonNode GOLDEN = Golden.json("mini/golden.json");
    private static final Map<String, String> SCHEDULERS = Map.of(
            "ddim", "DDIMScheduler",
            "euler", "EulerDiscreteScheduler",
            "euler-a", "EulerAncestralDiscreteScheduler",
            "dpmpp-2m-karras", "DPMSolverMultistepScheduler");

    private static DiffusionModel base;

    @BeforeAll
    static void open() {
        CatalogueEntry mini = CATALOGUE.find("mini-diffusion");
        base = (DiffusionModel) DiffusionModels.open(new OnnxRuntime(OnnxSettings.cpu()), mini.files());
    }

    @AfterAll
    static void close() {
        base.close();
    }

    static Stream<JsonNode> pipeline() {
        return Golden.elements(GOLDEN.get("pipeline"));
    }

    static Stream<JsonNode> unet() {
        return Golden.elements(GOLDEN.get("unet"));
    }

    @ParameterizedTest
    @MethodSource("pipeline")
    void samplesWhatDiffusersSamples(JsonNode golden) {
        try (ImageGenerator personalized = personalized(golden.get("loras"));
                RunScope scope = new RunScope()) {
            DiffusionModel model = personalized == null ? base : (DiffusionModel) personalized;
            SamplerSettings settings = settings(golden);
            ImageRequest request = new ImageRequest(
                    golden.get("prompt").asText(), golden.get("seed").asLong());
            float[] latents = model.sample(scope, List.of(request), settings);
            double tolerance = tolerance("final_latents_abs");
            for (int i = 0; i < latents.length; i++) {
                assertThat((double) latents[i])
                        .isCloseTo(golden.get("final_latents").get(i).asDouble(), within(tolerance));
            }
            List<RgbImage> pictures = new ArrayList<>();
            model.generate(scope, List.of(request), settings, (first, images) -> pictures.addAll(images));
            assertThat(Pictures.meanDifference(
                            pictures.getFirst(), picture(golden.get("picture").asText())))
                    .isLessThan(tolerance("picture_mean_abs_of_255"));
        }
    }

    @ParameterizedTest
    @MethodSource("unet")
    void evaluatesWhatTorchEvaluates(JsonNode golden) {
        int batch = golden.get("shape").get(0).asInt();
        long[] shape = new long[4];
        for (int i = 0; i < 4; i++) {
            shape[i] = golden.get("shape").get(i).asLong();
        }
        int size = Math.toIntExact(shape[0] * shape[1] * shape[2] * shape[3]);
        float[] latents = new float[size];
        new TorchGenerator(golden.get("seed").asLong()).normal(latents, 0, size);
        List<String> texts = new ArrayList<>();
        golden.get("texts").forEach(text -> texts.add(text.asText()));
        try (ImageGenerator personalized = personalized(golden.get("loras"));
                RunScope scope = new RunScope()) {
            DiffusionModel model = personalized == null ? base : (DiffusionModel) personalized;
            SamplerSettings unguided =
                    new SamplerSettings(Schedulers.of(base.schedulerConfig(), "test"), 1, 1, null, 64, 64, batch);
            float[] prediction = new float[size];
            Denoiser.Batch conditions = new Denoiser.Batch(
                    new long[] {shape[1], shape[2], shape[3]},
                    model.family().condition(scope, texts, unguided),
                    null,
                    new Guidance(1, 0));
            try (Denoiser denoiser = model.denoiser(conditions)) {
                denoiser.predict(scope, latents, golden.get("timestep").asDouble(), prediction);
            }
            JsonNode expected = golden.get("out_sample_item0_channel0");
            for (int i = 0; i < expected.size(); i++) {
                assertThat((double) prediction[i])
                        .isCloseTo(expected.get(i).asDouble(), within(tolerance("unet_out_sample_abs")));
            }
            double sum = 0;
            for (float x : prediction) {
                sum += Math.abs(x);
            }
            assertThat(sum).isCloseTo(golden.get("sum_abs").asDouble(), within(size * 1e-4));
            assertThat(batch).isEqualTo(texts.size());
        }
    }

    @Test
    void aPictureDoesNotDependOnItsBatch() {
        List<ImageRequest> requests = List.of(
                new ImageRequest("a red circle on a blue background", 42),
                new ImageRequest("a green tree in the snow", 43),
                new ImageRequest("a yellow star under the night sky", 44));
        List<RgbImage> together = new ArrayList<>();
        List<RgbImage> alone = new ArrayList<>();
        try (RunScope scope = new RunScope()) {
            base.generate(
                    scope, requests, settings("euler-ancestral", 4, 8), (first, images) -> together.addAll(images));
            base.generate(scope, requests, settings("euler-ancestral", 4, 1), (first, images) -> alone.addAll(images));
        }
        for (int i = 0; i < requests.size(); i++) {
            assertThat(Pictures.largestDifference(together.get(i), alone.get(i)))
                    .isLessThanOrEqualTo(1);
        }
    }

    private static RgbImage picture(String name) {
        return new ImageDecoder().decode(Golden.bytes("mini/" + name), name);
    }

    private static SamplerSettings settings(String scheduler, int steps, int batch) {
        return new SamplerSettings(
                Schedulers.named(scheduler, base.schedulerConfig(), "test"), steps, 3, "", 64, 64, batch);
    }

    private static SamplerSettings settings(JsonNode golden) {
        ObjectNode config = golden.get("scheduler_config").deepCopy();
        config.put("_class_name", SCHEDULERS.get(golden.get("scheduler").asText()));
        return new SamplerSettings(
                Schedulers.of(config, "golden"),
                golden.get("steps").asInt(),
                golden.get("guidance_scale").asDouble(),
                golden.get("negative_prompt").asText(),
                64,
                64,
                1);
    }

    /** The base with the case's LoRAs, or null where there are none. */
    private static ImageGenerator personalized(JsonNode loras) {
        List<WeightedLora> weighted = new ArrayList<>();
        for (JsonNode lora : loras) {
            CatalogueEntry entry = CATALOGUE.find(lora.get("name").asText());
            try {
                weighted.add(new WeightedLora(
                        LoraFile.read(entry.files(), entry.file()),
                        lora.get("weight").asDouble()));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
        return weighted.isEmpty() ? null : base.personalize(weighted);
    }

    private static double tolerance(String name) {
        return GOLDEN.get("tolerances").get(name).asDouble();
    }
}
