package dev.finexl.generate.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.Golden;
import dev.finexl.onnx.OnnxGraph;
import dev.finexl.store.ClasspathFiles;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.SafetensorsBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each family's names, on graphs that optimum exported. */
class LoraFamilyTest {

    private static ModelFiles model(String name) {
        return new ClasspathFiles(name, LoraFamilyTest.class.getClassLoader(), "compat/" + name);
    }

    private static LoraMerger merger(LoraFamily family, String name, LoraPart... parts) throws IOException {
        Map<LoraPart, OnnxGraph> graphs = new EnumMap<>(LoraPart.class);
        for (LoraPart part : parts) {
            graphs.put(part, OnnxGraph.read(model(name), part.modelFile()));
        }
        return new LoraMerger(family, graphs);
    }

    private static LoraMerger sd3() throws IOException {
        return merger(LoraFamily.STABLE_DIFFUSION_3, "sd3", LoraPart.TRANSFORMER, LoraPart.TEXT_ENCODER_3);
    }

    private static LoraMerger flux() throws IOException {
        return merger(LoraFamily.FLUX, "flux", LoraPart.TRANSFORMER, LoraPart.TEXT_ENCODER, LoraPart.TEXT_ENCODER_2);
    }

    private static Map<LoraPart, Map<String, ByteBuffer>> merge(LoraMerger merger, SafetensorsBytes lora)
            throws IOException {
        return merger.merge(List.of(new WeightedLora(LoraFile.of(lora.read()), 1)));
    }

    private static float[] numbers(int count, int first) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (first + i) % 17 / 8f - 1;
        }
        return numbers;
    }

    private static SafetensorsBytes lora(String layer, String down, String up, int out, int in, float[] rows) {
        return new SafetensorsBytes()
                .floats(layer + down, new long[] {1, in}, numbers(in, 0))
                .floats(layer + up, new long[] {out, 1}, rows);
    }

    /** Trainers name the fused query, key and value of one block's picture side; diffusers has three layers. */
    @Test
    void takesFusedLayersOfStableDiffusion3Apart() throws IOException {
        float[] rows = numbers(96, 3);
        Map<String, ByteBuffer> fused = merge(
                        sd3(),
                        lora(
                                "lora_unet_joint_blocks_1_x_block_attn_qkv",
                                ".lora_down.weight",
                                ".lora_up.weight",
                                96,
                                32,
                                rows))
                .get(LoraPart.TRANSFORMER);
        SafetensorsBytes single = new SafetensorsBytes();
        List<String> names = List.of("to_q", "to_k", "to_v");
        for (int i = 0; i < names.size(); i++) {
            String layer = "transformer.transformer_blocks.1.attn." + names.get(i);
            single.floats(layer + ".lora_A.weight", new long[] {1, 32}, numbers(32, 0))
                    .floats(
                            layer + ".lora_B.weight",
                            new long[] {32, 1},
                            Arrays.copyOfRange(rows, 32 * i, 32 * i + 32));
        }
        assertThat(fused).hasSize(3).isEqualTo(merge(sd3(), single).get(LoraPart.TRANSFORMER));
    }

    @ParameterizedTest
    @CsvSource({
        "joint_blocks.0.context_block.attn.proj, transformer_blocks.0.attn.to_add_out, 32, 32",
        "joint_blocks.1.x_block.mlp.fc1, transformer_blocks.1.ff.net.0.proj, 128, 32",
        "joint_blocks.0.x_block.adaLN_modulation.1, transformer_blocks.0.norm1.linear, 192, 32",
        "context_embedder, context_embedder, 32, 64",
        "y_embedder.mlp.2, time_text_embed.text_embedder.linear_2, 32, 32",
    })
    void knowsBothNamesOfALayerOfStableDiffusion3(String original, String diffusers, int out, int in)
            throws IOException {
        String down = ".lora_A.weight";
        String up = ".lora_B.weight";
        float[] rows = numbers(out, 5);
        assertThat(merge(sd3(), lora("diffusion_model." + original, down, up, out, in, rows)))
                .isEqualTo(merge(sd3(), lora("transformer." + diffusers, down, up, out, in, rows)))
                .containsOnlyKeys(LoraPart.TRANSFORMER);
    }

    @Test
    void findsT5WhereverTheFamilyHasIt() throws IOException {
        SafetensorsBytes third = lora(
                "lora_te3_encoder_block_0_layer_0_SelfAttention_q",
                ".lora_down.weight",
                ".lora_up.weight",
                32,
                32,
                numbers(32, 0));
        assertThat(merge(flux(), third)).containsOnlyKeys(LoraPart.TEXT_ENCODER_2);
        SafetensorsBytes wide = lora(
                "lora_te3_encoder_block_0_layer_0_SelfAttention_q",
                ".lora_down.weight",
                ".lora_up.weight",
                32,
                64,
                numbers(32, 0));
        assertThat(merge(sd3(), wide)).containsOnlyKeys(LoraPart.TEXT_ENCODER_3);
    }

    /** A fused layer whose rows do not add up to those of its layers would shift what belongs to which. */
    @Test
    void refusesFusedRowsThatDoNotAddUp() {
        assertThatThrownBy(() -> merge(
                        flux(),
                        lora(
                                "lora_unet_single_blocks_0_linear1",
                                ".lora_down.weight",
                                ".lora_up.weight",
                                96,
                                32,
                                numbers(96, 0))))
                .isInstanceOf(LoraException.class)
                .hasMessageContaining("key 'lora_unet_single_blocks_0_linear1.lora_up.weight' has shape [96, 1]")
                .hasMessageContaining("expected [224, 1]");
    }

    @Test
    void knowsEveryOriginalNameOfAUnet() throws IOException {
        Map<String, List<String>> names = new HashMap<>();
        LayerIndex index = new LayerIndex(
                OnnxGraph.read(model("sdxl"), "unet/model.onnx"), LoraPart.UNET, LoraFamily.STABLE_DIFFUSION_XL);
        LoraFamily.STABLE_DIFFUSION_XL
                .originalNames(LoraPart.UNET, index.paths())
                .forEach((name, paths) -> paths.forEach(path ->
                        names.computeIfAbsent(path, _ -> new ArrayList<>()).add(name)));
        assertThat(names.keySet()).isEqualTo(index.paths());
        assertThat(names)
                .containsEntry("up_blocks.0.upsamplers.0.conv", List.of("output_blocks.2.2.conv"))
                .containsEntry("add_embedding.linear_1", List.of("label_emb.0.0"));
        for (JsonNode lora : Golden.json("compat/sdxl/golden_loras.json").get("loras")) {
            if (lora.get("file").asText().contains("sgm")) {
                for (JsonNode module : lora.get("modules")) {
                    String path = module.get("module").asText().substring("unet.".length());
                    String key = module.get("keys").get(0).asText();
                    assertThat(names.get(path))
                            .allSatisfy(name -> assertThat(key).contains("_" + name.replace('.', '_') + "."));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "flux/loras/kohya.safetensors, STABLE_DIFFUSION_XL, sdxl, Flux, Stable Diffusion XL",
        "flux/loras/peft-alpha-in-header.safetensors, STABLE_DIFFUSION_XL, sdxl, Flux, Stable Diffusion XL",
        "sdxl/loras/kohya.safetensors, STABLE_DIFFUSION_2, sd2, Stable Diffusion XL, Stable Diffusion 2",
        "sdxl/loras/kohya-sgm-names.safetensors, FLUX, sd2, Stable Diffusion XL, Flux",
        "sdxl/loras/peft-unet-and-text.safetensors, STABLE_DIFFUSION_2, sd2, Stable Diffusion XL, Stable Diffusion 2",
    })
    void saysThatALoraWasMadeForAnotherFamily(String file, LoraFamily family, String name, String madeFor, String isOf)
            throws IOException {
        LoraMerger merger = merger(family, name, LoraPart.UNET, LoraPart.TEXT_ENCODER);
        String folder = file.substring(0, file.indexOf('/'));
        LoraFile lora = LoraFile.read(model(folder), file.substring(folder.length() + 1));
        assertThatThrownBy(() -> merger.merge(List.of(new WeightedLora(lora, 1))))
                .isInstanceOf(LoraException.class)
                .hasMessageContaining("the LoRA was made for " + madeFor)
                .hasMessageEndingWith(", the model is " + isOf);
    }

    /** The width that cross-attention reads is all that tells the UNets of Stable Diffusion apart. */
    @ParameterizedTest
    @CsvSource({"768, Stable Diffusion 1", "1024, Stable Diffusion 2", "2048, Stable Diffusion XL"})
    void tellsPublishedModelsByTheirWidth(int width, String madeFor) {
        SafetensorsBytes lora = lora(
                "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k",
                ".lora_down.weight",
                ".lora_up.weight",
                320,
                width,
                numbers(320, 0));
        assertThatThrownBy(() -> merge(sd3(), lora))
                .isInstanceOf(LoraException.class)
                .hasMessageContaining("made for %s, the model is Stable Diffusion 3".formatted(madeFor));
    }

    /** In the tests' small models a LoRA for another one may fit by its shapes; its header still says what it is for. */
    @ParameterizedTest
    @CsvSource({
        "sd_v2, STABLE_DIFFUSION_1, Stable Diffusion 2, Stable Diffusion 1",
        "sd_v1, STABLE_DIFFUSION_2, Stable Diffusion 1, Stable Diffusion 2",
        "sdxl_base_v1-0, STABLE_DIFFUSION_1, Stable Diffusion XL, Stable Diffusion 1",
    })
    void refusesALoraWhoseHeaderNamesAnotherFamily(String said, LoraFamily family, String madeFor, String isOf)
            throws IOException {
        LoraMerger merger = merger(family, "sd1", LoraPart.UNET);
        assertThatThrownBy(() -> merge(merger, fitting(said)))
                .isInstanceOf(LoraException.class)
                .hasMessageContaining(
                        "the LoRA was made for %s, as its header says, the model is %s".formatted(madeFor, isOf));
    }

    @Test
    void takesALoraWhoseHeaderNamesTheModelsFamilyOrOneThatIsNotKnown() throws IOException {
        LoraMerger merger = merger(LoraFamily.STABLE_DIFFUSION_1, "sd1", LoraPart.UNET);
        assertThat(merge(merger, fitting("sd_v1")))
                .isEqualTo(merge(merger, fitting("something else")))
                .containsOnlyKeys(LoraPart.UNET);
    }

    private static SafetensorsBytes fitting(String baseModelVersion) {
        return lora(
                        "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k",
                        ".lora_down.weight",
                        ".lora_up.weight",
                        8,
                        32,
                        numbers(8, 0))
                .member("\"__metadata__\": {\"ss_base_model_version\": \"%s\"}".formatted(baseModelVersion));
    }
}
