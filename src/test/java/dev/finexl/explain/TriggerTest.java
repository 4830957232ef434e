package dev.finexl.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.Catalogue;
import dev.finexl.store.SafetensorsBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which side is told which words, and that the answer says so. */
class TriggerTest {

    private static final List<String> PROMPTS = List.of("a tree", "a Red house");
    private static final OpenModels MODELS = new OpenModels(new OnnxRuntime(OnnxSettings.cpu()));

    @TempDir
    static Path folder;

    private static Explainer explainer;

    /** A bundled LoRA with a trigger in its header. */
    @BeforeAll
    static void writesALoraWithATrigger() throws IOException {
        byte[] plain = Files.readAllBytes(Path.of("src/main/resources/models/loras/vivid.safetensors"));
        int length = (int) ByteBuffer.wrap(plain).order(ByteOrder.LITTLE_ENDIAN).getLong();
        String header = new String(plain, Long.BYTES, length, StandardCharsets.UTF_8);
        assertThat(header).contains("\"format\":\"pt\"");
        byte[] with = header.replace("\"format\":\"pt\"", "\"modelspec.trigger_phrase\":\"red\"")
                .getBytes(StandardCharsets.UTF_8);
        byte[] data = Arrays.copyOfRange(plain, Long.BYTES + length, plain.length);
        Files.write(
                folder.resolve("red-lora.safetensors"),
                ByteBuffer.allocate(Long.BYTES + with.length + data.length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(with.length)
                        .put(with)
                        .put(data)
                        .array());
        explainer = new Explainer(new Catalogue(List.of(folder)), null, MODELS, BatchSize.fixed(8), "test", null);
    }

    @AfterAll
    static void closesTheModels() {
        MODELS.close();
    }

    private static ExplainRequest request(Double weight, String trigger, Boolean both) {
        return ExplainRequest.builder()
                .base("mini-diffusion")
                .loras(List.of(new ExplainRequest.LoraChoice("red-lora", weight)))
                .prompts(List.of("a fish on a blue background", "a tree in the snow"))
                .images(2)
                .steps(2)
                .sequential(false)
                .heads(List.of())
                .trigger(trigger)
                .triggerBoth(both)
                .build();
    }

    private static Explanation explain(ExplainRequest request) {
        try (RunScope scope = new RunScope()) {
            return explainer.explain(request, ExplainListener.NONE, scope);
        }
    }

    @Test
    void comesInFrontOfThePersonalisedSidesPromptsThatLackIt() {
        Trigger trigger = new Trigger("red", false, true, List.of());
        assertThat(trigger.prompts(Side.PERSONALIZED, PROMPTS)).containsExactly("red, a tree", "a Red house");
        assertThat(trigger.prompts(Side.BASE, PROMPTS)).isEqualTo(PROMPTS);
        assertThat(new Trigger("red", true, true, List.of()).prompts(Side.BASE, PROMPTS))
                .containsExactly("red, a tree", "a Red house");
        assertThat(new Trigger("", true, true, List.of("red")).prompts(Side.PERSONALIZED, PROMPTS))
                .isEqualTo(PROMPTS);
    }

    /** With a weight of zero the words are all that differs, so only where both sides have them is there no difference. */
    @Test
    void isTakenFromTheFileAndReachesThePictures() {
        Explanation byDefault = explain(request(0.0, null, null));
        assertThat(byDefault.provenance().trigger())
                .isEqualTo(new Provenance.Trigger("red", "personalized", "metadata"));
        assertThat(byDefault.divergenceNorm()).isPositive();
        Explanation both = explain(request(0.0, null, true));
        assertThat(both.provenance().trigger()).isEqualTo(new Provenance.Trigger("red", "both", "metadata"));
        assertThat(both.divergenceNorm()).isZero();
        Explanation other = explain(request(0.0, "blue", null));
        assertThat(other.provenance().trigger()).isEqualTo(new Provenance.Trigger("blue", "personalized", "request"));
        assertThat(other.divergenceNorm()).isPositive().isNotEqualTo(byDefault.divergenceNorm());
    }

    @Test
    void isHintedAtWhereNothingChangedWithoutIt() {
        Explanation without = explain(request(0.0, "", null));
        assertThat(without.provenance().trigger()).isNull();
        assertThat(without.divergenceNorm()).isZero();
        assertThat(without.warnings()).anyMatch(warning -> warning.contains("its file names 'red'"));
        assertThat(explain(request(0.0, null, true)).warnings()).noneMatch(warning -> warning.contains("trigger"));
    }

    @Test
    void isPartOfTheKeys() {
        String key = explainer.key(request(1.0, null, null));
        assertThat(List.of(
                        explainer.key(request(1.0, "", null)),
                        explainer.key(request(1.0, "red", null)),
                        explainer.key(request(1.0, "blue", null)),
                        explainer.key(request(1.0, null, true))))
                .doesNotHaveDuplicates()
                .doesNotContain(key);
    }

    /** Its word is what calls it, and what it means is its file's. */
    @Test
    void isTheTokenOfATextualInversion() throws IOException {
        float[] vector = new float[128];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = i % 7 - 3;
        }
        Path file = folder.resolve("glow.safetensors");
        Files.write(
                file,
                new SafetensorsBytes()
                        .floats("emb_params", new long[] {1, 128}, vector)
                        .bytes());
        ExplainRequest request = request(0.0, null, null).toBuilder()
                .loras(List.of())
                .embeddings(List.of(new ExplainRequest.EmbeddingChoice("glow", null)))
                .build();
        Explanation explanation = explain(request);
        assertThat(explanation.provenance().trigger().words()).isEqualTo("glow");
        assertThat(explanation.provenance().models())
                .extracting(Provenance.Model::role)
                .contains("embedding");
        Explanation word = explain(request(0.0, "glow", null));
        assertThat(explanation.divergenceNorm()).isPositive().isNotEqualTo(word.divergenceNorm());
        assertThat(explain(request.toBuilder().trigger("").build()).divergenceNorm())
                .isZero();

        String key = explainer.key(request);
        Files.write(
                file,
                new SafetensorsBytes()
                        .floats("emb_params", new long[] {128}, new float[128])
                        .bytes());
        assertThat(explainer.key(request)).isNotEqualTo(key);
        assertThat(ModelDescription.of(new Catalogue(List.of(folder)).find("glow"))
                        .embedding())
                .isEqualTo(new ModelDescription.Embedding("glow", 1));
        ExplainRequest twice = request.toBuilder()
                .embeddings(List.of(
                        new ExplainRequest.EmbeddingChoice("glow", null),
                        new ExplainRequest.EmbeddingChoice("glow", "GLOW")))
                .build();
        assertThatThrownBy(() -> explain(twice)).hasMessageContaining("stands for another embedding already");
    }

    @Test
    void needsWordsForBothSidesAndPicturesToBeDrawn() {
        assertThatThrownBy(() -> explain(request(1.0, " ", true)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("the request wants none");
        ExplainRequest given = ExplainRequest.builder()
                .baseImages("a")
                .personalizedImages("b")
                .trigger("red")
                .build();
        assertThatThrownBy(() -> explain(given))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("given pictures are not drawn");
    }
}
