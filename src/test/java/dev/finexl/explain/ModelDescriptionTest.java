package dev.finexl.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.generate.lora.LoraCard;
import dev.finexl.onnx.NetworkCard;
import dev.finexl.store.Catalogue;
import dev.finexl.store.ModelFileException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code models} says of what people bring. */
class ModelDescriptionTest {

    private static final Catalogue CATALOGUE = new Catalogue(List.of(Path.of("src/test/resources/compat")));

    private static ModelDescription describe(String reference) {
        return ModelDescription.of(CATALOGUE.find(reference));
    }

    @ParameterizedTest
    @CsvSource({
        "sd1, Stable Diffusion 1, StableDiffusionPipeline, PNDMScheduler, 3, 64",
        "sd2, Stable Diffusion 2, StableDiffusionPipeline, DDIMScheduler, 3, 64",
        "lcm, Stable Diffusion 1, LatentConsistencyModelPipeline, LCMScheduler, 3, 64",
        "sdxl, Stable Diffusion XL, StableDiffusionXLPipeline, EulerDiscreteScheduler, 4, 64",
        "sd3, Stable Diffusion 3, StableDiffusion3Pipeline, FlowMatchEulerDiscreteScheduler, 5, 64",
        "flux, Flux, FluxPipeline, FlowMatchEulerDiscreteScheduler, 4, 256",
    })
    void describesEveryFamily(String model, String family, String pipeline, String scheduler, int parts, int side) {
        ModelDescription description = describe(model);
        assertThat(description.kind()).isEqualTo("diffusion");
        assertThat(description.family()).isEqualTo(family);
        assertThat(description.pipeline()).isEqualTo(pipeline);
        assertThat(description.scheduler()).isEqualTo(scheduler);
        assertThat(description.pictures()).isEqualTo(new ModelDescription.Pictures(side, side));
        assertThat(description.parts()).hasSize(parts).allSatisfy(part -> {
            assertThat(part.bytes()).isPositive();
            assertThat(part.types()).first().isEqualTo("F32");
        });
    }

    @ParameterizedTest
    @CsvSource({
        "mini-gan, gan, generator.onnx",
        "mini-gan-dark, gan, generator.onnx",
        "mini-ar, autoregressive, decoder_with_past.onnx image_decoder.onnx",
        "mini-ar-cool, autoregressive, decoder_with_past.onnx",
    })
    void describesOtherGenerators(String model, String family, String parts) {
        ModelDescription description = describe("classpath:" + model);
        assertThat(description.family()).isEqualTo(family);
        assertThat(description.parts()).extracting(NetworkCard::file).containsExactly(parts.split(" "));
        assertThat(description.pictures()).isEqualTo(new ModelDescription.Pictures(64, 64));
    }

    @Test
    void describesANetworkInItsOwnDirectory() {
        ModelDescription description = describe("src/test/resources/compat/flux/transformer");
        assertThat(description.kind()).isEqualTo("network");
        assertThat(description.family()).isEqualTo("FluxTransformer2DModel");
        assertThat(description.parts()).extracting(NetworkCard::file).containsExactly("model.onnx");
    }

    @Test
    void tellsNumberFormats() {
        assertThat(describe("clip-split").parts())
                .extracting(NetworkCard::file)
                .containsExactly("onnx/vision_model.onnx", "onnx/text_model.onnx");
        assertThat(describe("clip-split").family()).isEqualTo("clip");
        assertThat(describe("clip-split").pictures()).isEqualTo(new ModelDescription.Pictures(32, 32));
    }

    @Test
    void describesALora() {
        String file = "src/test/resources/compat/sd1/loras/kohya.safetensors";
        LoraCard lora = describe(file).lora();
        assertThat(lora.modules()).isPositive();
        assertThat(lora.minRank()).isPositive().isLessThanOrEqualTo(lora.maxRank());
        assertThat(lora.minAlpha()).isEqualTo(2);
        assertThat(lora.parts()).contains("unet");
    }

    @Test
    void saysWhatIsWrongWithAFile(@TempDir Path folder) throws Exception {
        Files.write(folder.resolve("broken.safetensors"), new byte[] {1, 2, 3});
        Catalogue catalogue = new Catalogue(List.of(folder));
        assertThatThrownBy(() -> ModelDescription.of(catalogue.find("broken")))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("broken.safetensors")
                .hasMessageContaining("is not a safetensors file");
    }
}
