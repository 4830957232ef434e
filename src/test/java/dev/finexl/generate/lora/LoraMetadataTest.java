package dev.finexl.generate.lora;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What trainers write, and what strangers might. */
class LoraMetadataTest {

    @ParameterizedTest
    @CsvSource({
        "modelspec.architecture, stable-diffusion-v1/lora, STABLE_DIFFUSION_1",
        "modelspec.architecture, stable-diffusion-v2-768-v/lora, STABLE_DIFFUSION_2",
        "modelspec.architecture, stable-diffusion-xl-v1-base/lora, STABLE_DIFFUSION_XL",
        "modelspec.architecture, stable-diffusion-3-medium/lora, STABLE_DIFFUSION_3",
        "modelspec.architecture, flux-1-dev/lora, FLUX",
        "ss_base_model_version, sd_v1, STABLE_DIFFUSION_1",
        "ss_base_model_version, sd_1.5, STABLE_DIFFUSION_1",
        "ss_base_model_version, sd_v2_v, STABLE_DIFFUSION_2",
        "ss_base_model_version, sdxl_base_v1-0, STABLE_DIFFUSION_XL",
        "ss_base_model_version, sd3m, STABLE_DIFFUSION_3",
        "ss_base_model_version, flux1, FLUX",
        "ss_v2, True, STABLE_DIFFUSION_2",
        "ss_network_module, networks.lora_flux, FLUX",
        "ss_network_module, networks.lora_sd3, STABLE_DIFFUSION_3",
    })
    void knowsTheFamilyInEveryTrainersWords(String key, String value, LoraFamily family) {
        assertThat(LoraMetadata.of(Map.of(key, value)).family()).contains(family);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "stable-cascade", "flux-2-dev", "hunyuan-video", "/", "sd"})
    void doesNotGuessWhatItDoesNotKnow(String architecture) {
        LoraMetadata said = LoraMetadata.of(Map.of("modelspec.architecture", architecture));
        assertThat(said.family()).isEmpty();
        assertThat(said.architecture()).isEqualTo(architecture);
    }

    @Test
    void readsTriggers() {
        assertThat(LoraMetadata.of(Map.of("modelspec.trigger_phrase", " sks dog\n"))
                        .triggers())
                .containsExactly("sks dog");
        assertThat(LoraMetadata.of(Map.of("ss_trigger_words", "[\"one\", \"two\"]"))
                        .triggers())
                .containsExactly("one", "two");
        assertThat(LoraMetadata.of(Map.of()).triggers()).isEmpty();
    }

    /** Tags of single pictures say what is in these, not how the LoRA is called. */
    @Test
    void takesTheTagOfAllTrainingPicturesForTheTrigger() {
        Map<String, String> entries = Map.of(
                "ss_dataset_dirs", "{\"10_a\": {\"n_repeats\": 10, \"img_count\": 3}, \"2_b\": {\"img_count\": 2}}",
                "ss_tag_frequency",
                        "{\"10_a\": {\"hat\": 3, \"zwx style\": 3}, \"2_b\": {\"zwx style\": 2, \"tree\": 2}}");
        assertThat(LoraMetadata.of(entries).triggers()).containsExactly("zwx style");
        assertThat(LoraMetadata.of(Map.of("ss_tag_frequency", entries.get("ss_tag_frequency")))
                        .triggers())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[1, {}]", "7", "{\"a\": 7}", "{\"a\": {\"b\": \"c\"}}", "null", "[[[["})
    void takesWhatIsNotAsExpectedForNotSaid(String json) {
        LoraMetadata said = LoraMetadata.of(Map.of("ss_dataset_dirs", json, "ss_tag_frequency", json, "ss_v2", json));
        assertThat(said.triggers()).isEmpty();
        assertThat(said.family()).isEmpty();
    }

    @Test
    void showsOneLineOfLimitedLength() {
        String hostile = "\u001b[31m\u202eevil\r\n\u0000" + "x".repeat(100_000);
        LoraMetadata said =
                LoraMetadata.of(Map.of("modelspec.title", hostile, "modelspec.trigger_phrase", "😀".repeat(1000)));
        assertThat(said.title()).startsWith("[31m evil x").hasSize(LoraMetadata.LONGEST);
        assertThat(said.triggers()).containsExactly("😀".repeat(LoraMetadata.LONGEST));
    }
}
