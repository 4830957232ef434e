package dev.finexl.generate.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.Golden;
import dev.finexl.embed.ImageDecoder;
import dev.finexl.embed.RgbImage;
import dev.finexl.generate.ImageRequest;
import dev.finexl.generate.PipelineOptions;
import dev.finexl.generate.PipelineOptions.SizeConditions;
import dev.finexl.generate.SamplerSettings;
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
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A real structure, exported by optimum, samples what diffusers samples in torch. One subclass for each kind of model. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class CompatModelTest {

    private final String folder;
    private final ClasspathFiles files;
    private int sessionsBefore;
    private int tensorsBefore;
    private DiffusionModel base;

    CompatModelTest(String name) {
        this.folder = "compat/" + name;
        this.files = new ClasspathFiles("classpath:" + folder, CompatModelTest.class.getClassLoader(), folder);
    }

    @BeforeAll
    void open() {
        sessionsBefore = OnnxSession.live();
        tensorsBefore = Tensor.live();
        base = (DiffusionModel) DiffusionModels.open(new OnnxRuntime(OnnxSettings.cpu()), files);
    }

    @AfterAll
    void closesEverything() {
        base.close();
        assertThat(OnnxSession.live()).isEqualTo(sessionsBefore);
        assertThat(Tensor.live()).isEqualTo(tensorsBefore);
    }

    Stream<JsonNode> runs() {
        return Golden.elements(json("golden.json").get("runs"));
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

    @Test
    void knowsTheSizeThatTheModelWasMadeFor() {
        JsonNode size = json("golden.json").get("default_size");
        int vaeScale = json("golden.json").get("vae_scale_factor").asInt();
        // Flux' files do not say it; its pipeline has a size of its own.
        assertThat(base.height()).isEqualTo(size.get(0).asInt(128 * vaeScale));
        assertThat(base.width()).isEqualTo(size.get(1).asInt(128 * vaeScale));
    }

    DiffusionModel base() {
        return base;
    }

    ClasspathFiles files() {
        return files;
    }

    JsonNode json(String name) {
        return Golden.json(folder + "/" + name);
    }

    void assertSamples(DiffusionModel model, JsonNode run, JsonNode latents, String picture, double tolerance) {
        ImageRequest request =
                new ImageRequest(run.get("prompt").asText(), run.get("seed").asLong());
        SamplerSettings settings = settings(run);
        try (RunScope scope = new RunScope()) {
            float[] sampled = model.sample(scope, List.of(request), settings);
            assertNumbers(sampled, latents, tolerance);
            List<RgbImage> images = new ArrayList<>();
            model.generate(scope, List.of(request), settings, (first, batch) -> images.addAll(batch));
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

    SamplerSettings settings(JsonNode run) {
        JsonNode scheduler = run.get("scheduler");
        String file = scheduler.isTextual()
                ? scheduler.asText()
                : scheduler.get("config_file").asText();
        return new SamplerSettings(
                Schedulers.of(json(file), file),
                run.get("steps").asInt(),
                run.get("guidance_scale").asDouble(),
                run.get("negative_prompt").isNull()
                        ? null
                        : run.get("negative_prompt").asText(),
                run.get("height").asInt(),
                run.get("width").asInt(),
                1,
                options(run));
    }

    private static PipelineOptions options(JsonNode run) {
        JsonNode tokens = run.path("max_sequence_length");
        return new PipelineOptions(
                run.path("guidance_rescale").asDouble(0),
                run.has("original_size") ? Optional.of(sizes(run)) : Optional.empty(),
                tokens.isInt() ? OptionalInt.of(tokens.asInt()) : OptionalInt.empty());
    }

    private static SizeConditions sizes(JsonNode run) {
        JsonNode original = run.get("original_size");
        JsonNode crop = run.get("crops_coords_top_left");
        JsonNode target = run.get("target_size");
        return new SizeConditions(
                original.get(0).asInt(),
                original.get(1).asInt(),
                crop.get(0).asInt(),
                crop.get(1).asInt(),
                target.get(0).asInt(),
                target.get(1).asInt());
    }

    private RgbImage picture(String name) {
        try (InputStream in = files.open(name)) {
            return new ImageDecoder().decode(in, name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
