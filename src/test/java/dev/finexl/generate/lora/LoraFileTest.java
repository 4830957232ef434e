package dev.finexl.generate.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.CompatModels;
import dev.finexl.store.SafetensorsBytes;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoraFileTest {

    private static final String DOWN = "unet.layer.lora_A.weight";
    private static final String UP = "unet.layer.lora_B.weight";

    static Stream<JsonNode> goldenLoras() throws IOException {
        return golden("loras");
    }

    static Stream<JsonNode> golden(String member) throws IOException {
        try (InputStream in = CompatModels.sd1().open("golden_loras.json")) {
            JsonNode loras = new ObjectMapper().readTree(in).get(member);
            return StreamSupport.stream(loras.spliterator(), false);
        }
    }

    /** The same modules, keys, ranks, alphas and scales as PEFT and diffusers found. */
    @ParameterizedTest
    @MethodSource("goldenLoras")
    void readsEveryFormOfTheEcosystem(JsonNode golden) throws IOException {
        LoraFile lora = LoraFile.read(CompatModels.sd1(), golden.get("file").asText());
        Map<String, LoraModule> byDownKey = new HashMap<>();
        lora.modules().forEach(module -> byDownKey.put(module.down().key(), module));
        assertThat(byDownKey)
                .hasSameSizeAs(lora.modules())
                .hasSize(golden.get("modules").size());
        for (JsonNode expected : golden.get("modules")) {
            LoraModule module = byDownKey.get(expected.get("keys").get(0).asText());
            assertThat(module.up().key()).isEqualTo(expected.get("keys").get(1).asText());
            assertThat(module.rank()).isEqualTo(expected.get("rank").asInt());
            assertThat(module.scale()).isEqualTo(expected.get("scale").asDouble());
            JsonNode alpha = expected.get("alpha");
            assertThat(module.alpha())
                    .isEqualTo(alpha.isNull() ? OptionalDouble.empty() : OptionalDouble.of(alpha.asDouble()));
            String path = expected.get("module").asText();
            assertThat(path).startsWith(module.part().folder() + ".");
            String inPart = path.substring(module.part().folder().length() + 1);
            assertThat(module.path().text())
                    .isEqualTo(
                            module.path() instanceof ModulePath.Dotted
                                    ? inPart
                                    : new ModulePath.Dotted(inPart).flattened().text());
        }
    }

    @Test
    void readsAFactor() throws IOException {
        LoraFile lora = pair(new float[] {1, 2}, new float[] {3, 4, 5});
        LoraModule module = lora.modules().getFirst();
        assertThat(lora.name()).isEqualTo("test.safetensors");
        assertThat(lora.values(module.down())).containsExactly(1, 2);
        assertThat(lora.values(module.up())).containsExactly(3, 4, 5);
        assertThat(module.scale()).isEqualTo(1);
    }

    private static LoraFile pair(float[] down, float[] up) {
        return LoraFile.of(new SafetensorsBytes()
                .floats(DOWN, new long[] {1, down.length}, down)
                .floats(UP, new long[] {up.length, 1}, up)
                .read());
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void refusesNumbersThatAreNotFinite(float value) {
        assertThatThrownBy(() -> pair(new float[] {1, value}, new float[] {1}))
                .isInstanceOf(LoraException.class)
                .hasMessage(
                        "test.safetensors: key '%s' has the value %s; expected finite numbers".formatted(DOWN, value));
        assertThatThrownBy(() -> pair(new float[] {1}, new float[] {value, 1}))
                .isInstanceOf(LoraException.class)
                .hasMessageContaining("key '%s' has the value %s".formatted(UP, value));
        assertThatThrownBy(() -> withAlpha(value))
                .isInstanceOf(LoraException.class)
                .hasMessageContaining("unet.layer.alpha");
    }

    @Test
    void takesAlphaFromATensor() {
        assertThat(withAlpha(6).modules().getFirst().scale()).isEqualTo(3);
        assertThat(withAlpha(0).modules().getFirst().scale()).isZero();
    }

    private static LoraFile withAlpha(float alpha) {
        return LoraFile.of(
                rankTwo().floats("unet.layer.alpha", new long[] {1}, alpha).read());
    }

    /** A pair of rank 2 for the layer {@code layer}. */
    private static SafetensorsBytes rankTwo() {
        return new SafetensorsBytes().floats(DOWN, new long[] {2, 1}, 1, 2).floats(UP, new long[] {1, 2}, 1, 2);
    }

    private static LoraFile withHeader(String configuration) {
        return LoraFile.of(rankTwo()
                .member("\"__metadata__\":{\"lora_adapter_metadata\":\"%s\"}"
                        .formatted(configuration.replace("\"", "\\\"")))
                .read());
    }

    @Test
    void takesAlphaFromTheHeader() {
        assertThat(scale("{\"unet.lora_alpha\": 8}")).isEqualTo(4);
        assertThat(scale("{\"unet.lora_alpha\": 8, \"unet.alpha_pattern\": {\"other\": 2, \"layer\": 3}}"))
                .isEqualTo(1.5);
        assertThat(scale("{\"unet.lora_alpha\": 8, \"unet.alpha_pattern\": {\"yer\": 3}}"))
                .isEqualTo(4);
        assertThat(scale("{\"unet.lora_alpha\": 8, \"unet.use_rslora\": true}")).isEqualTo(8 / Math.sqrt(2));
        assertThat(scale("{\"text_encoder.lora_alpha\": 8}")).isEqualTo(1);
        assertThat(scale("{\"unet.lora_alpha\": null}")).isEqualTo(1);
        assertThat(scale("{}")).isEqualTo(1);
    }

    private static double scale(String configuration) {
        return withHeader(configuration).modules().getFirst().scale();
    }

    @Test
    void refusesAHeaderThatItDoesNotUnderstand() {
        String where = "test.safetensors: the header's entry lora_adapter_metadata";
        assertThatThrownBy(() -> withHeader("{"))
                .isInstanceOf(LoraException.class)
                .hasMessageContaining("is not JSON");
        assertThatThrownBy(() -> withHeader("{\"unet.lora_alpha\": \"8\"}"))
                .isInstanceOf(LoraException.class)
                .hasMessage(where + ": unet.lora_alpha is \"8\"; expected a finite number");
        assertThatThrownBy(() -> withHeader("{\"unet.lora_alpha\": 1e999}"))
                .isInstanceOf(LoraException.class)
                .hasMessageContaining("expected a finite number");
        assertThatThrownBy(() -> withHeader("{\"unet.alpha_pattern\": {\"(a+)+$\": 3}}"))
                .isInstanceOf(LoraException.class)
                .hasMessageContaining("alpha_pattern '(a+)+$' is a regular expression");
        assertThatThrownBy(() -> withHeader("{\"unet.use_dora\": true}"))
                .isInstanceOf(LoraException.class)
                .hasMessageContaining("unet.use_dora is true");
    }

    @Test
    void refusesTwoAlphasThatDiffer() {
        SafetensorsBytes tensors = rankTwo().floats("unet.layer.alpha", new long[] {}, 4);
        String header = "\"__metadata__\":{\"lora_adapter_metadata\":\"{\\\"unet.lora_alpha\\\": 8}\"}";
        assertThatThrownBy(() -> LoraFile.of(tensors.member(header).read()))
                .isInstanceOf(LoraException.class)
                .hasMessageContaining("key 'unet.layer.alpha' is 4.0, but the header says 8.0");
    }

    @Test
    void refusesKeysThatItDoesNotUnderstand() {
        assertRefused(new SafetensorsBytes(), "there are no tensors");
        assertRefused(
                rankTwo().floats("unet.layer.weight", new long[] {1}, 1), "key 'unet.layer.weight' is not understood");
        assertRefused(
                rankTwo().floats("unet.layer.lora.down.weight", new long[] {2, 1}, 1, 2),
                "key 'unet.layer.lora.down.weight' says again what '" + DOWN + "' says");
    }

    /** By the kind and its first key, also where the keys before it are a LoRA's and would be blamed for something else. */
    @ParameterizedTest
    @CsvSource({
        "hada_w1_a, LoHa",
        "lokr_w1, LoKr",
        "dora_scale, DoRA",
        "boft_R, BOFT",
        "oft_blocks, OFT",
        "ia3_l, IA3",
        "a1.weight, GLoRA",
        "vera_lambda_d, VeRA",
        "hra_u, HRA",
        "fourierft_spectrum, FourierFT"
    })
    void namesTheKindAndTheFirstKeyOfAnotherAdapter(String name, String kind) {
        assertRefused(
                new SafetensorsBytes()
                        .floats(UP, new long[] {1, 1}, 1)
                        .floats("lora_unet_one." + name, new long[] {1, 1}, 1)
                        .floats("lora_unet_two." + name, new long[] {1, 1}, 1),
                "key 'lora_unet_one.%s' belongs to %s, ".formatted(name, kind));
    }

    @Test
    void refusesHalfAPair() {
        assertRefused(new SafetensorsBytes().floats(DOWN, new long[] {1, 1}, 1), "key '" + DOWN + "' has no partner");
        assertRefused(new SafetensorsBytes().floats(UP, new long[] {1, 1}, 1), "key '" + UP + "' has no partner");
        assertRefused(
                new SafetensorsBytes().floats("unet.layer.alpha", new long[] {}, 1),
                "key 'unet.layer.alpha' has no partner");
    }

    @Test
    void refusesFactorsThatAreNoPair() {
        assertRefused(
                new SafetensorsBytes().floats(DOWN, new long[] {2, 1}, 1, 2).floats(UP, new long[] {1, 3}, 1, 2, 3),
                "key '" + UP + "' has shape [1, 3]; expected [out, 2]");
        assertRefused(
                new SafetensorsBytes().floats(DOWN, new long[] {0, 1}).floats(UP, new long[] {1, 0}),
                "key '" + DOWN + "' has shape [0, 1]; expected [rank, in]");
        assertRefused(
                new SafetensorsBytes().floats(DOWN, new long[] {2}, 1, 2).floats(UP, new long[] {1, 2}, 1, 2),
                "key '" + DOWN + "' is F32 [2]; expected two dimensions or more");
        assertRefused(
                new SafetensorsBytes()
                        .floats(DOWN, new long[] {1, 1}, 1)
                        .floats(UP, new long[] {1, 1, 3, 3}, new float[9]),
                "key '" + UP + "' has shape [1, 1, 3, 3]");
        assertRefused(
                new SafetensorsBytes()
                        .tensor(DOWN, "I8", new long[] {1, 1}, new byte[1])
                        .floats(UP, new long[] {1, 1}, 1),
                "key '" + DOWN + "' is I8 [1, 1]; expected");
        assertRefused(
                rankTwo().floats("unet.layer.alpha", new long[] {2}, 1, 2),
                "key 'unet.layer.alpha' is F32 [2]; expected one number");
    }

    private static void assertRefused(SafetensorsBytes tensors, String message) {
        assertThatThrownBy(() -> LoraFile.of(tensors.read()))
                .isInstanceOf(LoraException.class)
                .hasMessageStartingWith("test.safetensors: ")
                .hasMessageContaining(message);
    }
}
