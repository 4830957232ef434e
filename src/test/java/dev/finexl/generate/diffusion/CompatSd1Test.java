package dev.finexl.generate.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.Golden;
import dev.finexl.embed.ImageDecoder;
import dev.finexl.embed.RgbImage;
import dev.finexl.generate.ImageGenerator;
import dev.finexl.generate.ImageRequest;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.generate.lora.LoraFile;
import dev.finexl.generate.lora.WeightedLora;
import dev.finexl.generate.scheduler.Schedulers;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.Tensor;
import dev.finexl.store.ClasspathFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A real Stable Diffusion 1 structure, exported by optimum, samples what diffusers samples in torch, LoRAs included. */
class CompatSd1Test {

    private static final ClasspathFiles FILES =
            new ClasspathFiles("classpath:compat/sd1", CompatSd1Test.class.getClassLoader(), "compat/sd1");

    private static int sessionsBefore;
    private static int tensorsBefore;
    private static StableDiffusion base;

    @BeforeAll
    static void open() {
        sessionsBefore = OnnxSession.live();
        tensorsBefore = Tensor.live();
        base = (StableDiffusion) DiffusionModels.open(new OnnxRuntime(OnnxSettings.cpu()), FILES);
    }

    @AfterAll
    static void closesEverything() {
        base.close();
        assertThat(OnnxSession.live()).isEqualTo(sessionsBefore);
        assertThat(Tensor.live()).isEqualTo(tensorsBefore);
    }

    private static JsonNode json(String name) {
        return Golden.json("compat/sd1/" + name);
    }

    static Stream<JsonNode> runs() {
        return Golden.elements(json("golden.json").get("runs"));
    }

    static Stream<JsonNode> loras() {
        return Golden.elements(json("golden_loras.json").get("loras"));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void samplesWhatDiffusersSamples(JsonNode run) {
        assertSamples(
                base,
                run,
                run.get("final_latents"),
                run.get("image").get("file").asText(),
                run.get("tolerance_final_latents_abs").asDouble());
    }

    @ParameterizedTest
    @MethodSource("loras")
    void samplesWhatDiffusersSamplesWithALora(JsonNode lora) throws IOException {
        JsonNode run = json("golden_loras.json").get("run");
        LoraFile file = LoraFile.read(FILES, lora.get("file").asText());
        for (JsonNode golden : lora.get("runs")) {
            try (ImageGenerator personalized = base.personalize(List.of(
                    new WeightedLora(file, golden.get("weights").get("a").asDouble())))) {
                assertSamples(
                        (StableDiffusion) personalized,
                        run,
                        golden.get("final_latents"),
                        golden.get("image").get("file").asText(),
                        golden.get("tolerance_final_latents_abs").asDouble());
            }
        }
    }

    @Test
    void samplesWhatDiffusersSamplesWithTwoLoras() throws IOException {
        JsonNode golden = json("golden_loras.json");
        JsonNode stack = golden.get("stack");
        List<WeightedLora> loras = new ArrayList<>();
        double[] weights = {0.7, -0.4};
        for (int i = 0; i < weights.length; i++) {
            loras.add(new WeightedLora(
                    LoraFile.read(FILES, stack.get("files").get(i).asText()), weights[i]));
        }
        try (ImageGenerator personalized = base.personalize(loras)) {
            assertSamples(
                    (StableDiffusion) personalized,
                    golden.get("run"),
                    stack.get("final_latents"),
                    stack.get("image").get("file").asText(),
                    stack.get("tolerance_final_latents_abs").asDouble());
        }
    }

    private static void assertSamples(
            StableDiffusion model, JsonNode run, JsonNode latents, String picture, double tolerance) {
        ImageRequest request =
                new ImageRequest(run.get("prompt").asText(), run.get("seed").asLong());
        try (RunScope scope = new RunScope()) {
            float[] sampled = model.sample(scope, List.of(request), settings(run));
            assertNumbers(sampled, latents, tolerance);
            List<RgbImage> images = new ArrayList<>();
            model.generate(scope, List.of(request), settings(run), (first, batch) -> images.addAll(batch));
            int allowed = json("golden.json")
                    .get("tolerances")
                    .get("image_abs_of_255")
                    .asInt();
            assertThat(Pictures.largestDifference(images.getFirst(), picture(picture)))
                    .isLessThanOrEqualTo(allowed);
        }
    }

    private static void assertNumbers(float[] actual, JsonNode expected, double tolerance) {
        JsonNode first = expected.get("first8");
        for (int i = 0; i < first.size(); i++) {
            assertThat((double) actual[i]).isCloseTo(first.get(i).asDouble(), within(tolerance));
        }
        JsonNode last = expected.get("last4");
        for (int i = 0; i < last.size(); i++) {
            assertThat((double) actual[actual.length - last.size() + i])
                    .isCloseTo(last.get(i).asDouble(), within(tolerance));
        }
        double sum = 0;
        for (float x : actual) {
            sum += Math.abs(x);
        }
        assertThat(sum).isCloseTo(expected.get("sum_abs").asDouble(), within(tolerance * actual.length));
    }

    private static SamplerSettings settings(JsonNode run) {
        JsonNode scheduler = run.get("scheduler");
        String file = scheduler.isTextual()
                ? scheduler.asText()
                : scheduler.get("config_file").asText();
        return new SamplerSettings(
                Schedulers.of(json(file), file),
                run.get("steps").asInt(),
                run.get("guidance_scale").asDouble(),
                run.get("negative_prompt").isNull()
                        ? ""
                        : run.get("negative_prompt").asText(),
                run.get("height").asInt(),
                run.get("width").asInt(),
                1);
    }

    private static RgbImage picture(String name) {
        try (InputStream in = FILES.open(name)) {
            return new ImageDecoder().decode(in, name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
