package dev.finexl.generate.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.Golden;
import dev.finexl.generate.ImageRequest;
import dev.finexl.generate.SamplerSettings;
import dev.finexl.generate.lora.LoraFile;
import dev.finexl.generate.lora.WeightedLora;
import dev.finexl.generate.scheduler.Schedulers;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.MemoryFiles;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Stable Diffusion XL with a UNet in float16, inputs and outputs too, its weights in a file beside it (made by ONNX Runtime's
 * converter from the float32 one), beside text encoders in float32: what is sampled stays near what float32 samples.
 */
class Float16Test {

    /** Eight steps, each rounded to 11 bits, of latents of up to 20 or so. */
    private static final double TOLERANCE = 0.05;

    private static MemoryFiles files;
    private static DiffusionModel base;

    @BeforeAll
    static void open() {
        MemoryFiles half = Golden.files("compat/sdxl-float16");
        files = Golden.files("compat/sdxl");
        for (String name : half.names()) {
            files = files.with(name, half.contents().get(name));
        }
        base = (DiffusionModel) DiffusionModels.open(new OnnxRuntime(OnnxSettings.cpu()), files);
    }

    @AfterAll
    static void close() {
        base.close();
    }

    @Test
    void samplesNearlyWhatFloat32Samples() {
        JsonNode run = Golden.json("compat/sdxl/golden.json").get("runs").get(0);
        assertNear(base, run, run.get("final_latents"));
    }

    @Test
    void mergesLorasIntoFloat16Weights() throws IOException {
        JsonNode golden = Golden.json("compat/sdxl/golden_loras.json");
        for (JsonNode lora : golden.get("loras")) {
            LoraFile file = LoraFile.read(files, lora.get("file").asText());
            try (DiffusionModel personalized = (DiffusionModel) base.personalize(List.of(new WeightedLora(file, 1)))) {
                JsonNode latents = lora.get("runs").get(0).get("final_latents");
                assertNear(personalized, golden.get("run"), latents);
            }
        }
    }

    private static void assertNear(DiffusionModel model, JsonNode run, JsonNode golden) {
        JsonNode config = Golden.json("compat/sdxl/scheduler/scheduler_config.json");
        SamplerSettings settings = new SamplerSettings(
                Schedulers.of(config, "test"),
                run.get("steps").asInt(),
                run.get("guidance_scale").asDouble(),
                null,
                64,
                64,
                1);
        ImageRequest request =
                new ImageRequest(run.get("prompt").asText(), run.get("seed").asLong());
        try (RunScope scope = new RunScope()) {
            float[] latents = model.sample(scope, List.of(request), settings);
            for (int i = 0; i < 8; i++) {
                assertThat((double) latents[i])
                        .isCloseTo(golden.get("first8").get(i).asDouble(), within(TOLERANCE));
            }
        }
    }
}
