package dev.finexl.generate.diffusion;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.Golden;
import dev.finexl.generate.lora.LoraException;
import dev.finexl.generate.lora.LoraFile;
import dev.finexl.generate.lora.WeightedLora;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A kind of model with LoRAs in the forms that are found for it: it samples what diffusers samples, or refuses the file. */
abstract class CompatLorasTest extends CompatModelTest {

    CompatLorasTest(String name) {
        super(name);
    }

    Stream<JsonNode> loras() {
        return Golden.elements(json("golden_loras.json").get("loras"));
    }

    Stream<JsonNode> refused() {
        return Golden.elements(json("golden_loras.json").get("refuse"));
    }

    @ParameterizedTest
    @MethodSource("loras")
    void samplesWhatDiffusersSamplesWithALora(JsonNode lora) throws IOException {
        LoraFile file = LoraFile.read(files(), lora.get("file").asText());
        for (JsonNode golden : lora.get("runs")) {
            double weight = golden.get("weights").get("a").asDouble();
            assertSamplesWith(List.of(new WeightedLora(file, weight)), golden);
        }
    }

    /** Not every kind has files that must be refused. */
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("refused")
    void namesTheKeyOfALoraThatCannotBeUsed(JsonNode refused) {
        assertThatThrownBy(() -> {
                    LoraFile file = LoraFile.read(files(), refused.get("file").asText());
                    base().personalize(List.of(new WeightedLora(file, 1))).close();
                })
                .isInstanceOf(LoraException.class)
                .hasMessageContaining(refused.get("file").asText())
                .hasMessageContaining(refused.get("offending_key").asText());
    }

    /** Run 0 with two LoRAs at once. */
    void assertSamplesTheStack() throws IOException {
        JsonNode stack = json("golden_loras.json").get("stack");
        List<WeightedLora> loras = new ArrayList<>();
        double[] weights = {0.7, -0.4};
        for (int i = 0; i < weights.length; i++) {
            loras.add(new WeightedLora(
                    LoraFile.read(files(), stack.get("files").get(i).asText()), weights[i]));
        }
        assertSamplesWith(loras, stack);
    }

    private void assertSamplesWith(List<WeightedLora> loras, JsonNode golden) {
        try (DiffusionModel personalized = (DiffusionModel) base().personalize(loras)) {
            assertSamples(
                    personalized,
                    json("golden_loras.json").get("run"),
                    golden.get("final_latents"),
                    golden.get("image").get("file").asText(),
                    golden.get("tolerance_final_latents_abs").asDouble());
        }
    }
}
