package dev.finexl.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.Golden;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.Tensor;
import dev.finexl.store.Catalogue;
import dev.finexl.store.ClasspathFiles;
import dev.finexl.store.MemoryFiles;
import dev.finexl.store.ModelFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Embeddings are those of transformers in torch, in both layouts, and what is in no common space is refused. */
class ClipEncoderTest {

    private static final double TOLERANCE = 1e-4;
    private static final OnnxRuntime RUNTIME = new OnnxRuntime(OnnxSettings.cpu());

    private static ModelFiles resource(String folder) {
        return new ClasspathFiles("classpath:" + folder, ClipEncoderTest.class.getClassLoader(), folder);
    }

    private static RgbImage image(String name) {
        return new ImageDecoder().decode(Golden.bytes(name), name);
    }

    @Test
    void embedsTextsAndPicturesOfTheMiniatureAsTorchDoes() {
        JsonNode golden = Golden.json("mini/golden.json");
        try (ClipEncoder encoder = ClipEncoder.open(
                        RUNTIME, new Catalogue(List.of()).find("mini-clip").files());
                RunScope scope = new RunScope()) {
            List<String> texts = new ArrayList<>();
            golden.get("text").forEach(text -> texts.add(text.get("text").asText()));
            float[][] rows = encoder.embedTexts(scope, texts);
            for (int i = 0; i < rows.length; i++) {
                assertDirection(rows[i], golden.get("text").get(i).get("text_embeds"), TOLERANCE);
            }
            List<RgbImage> images = new ArrayList<>();
            for (JsonNode image : golden.get("image")) {
                images.add(image("mini/" + image.get("file").asText()));
            }
            rows = encoder.embedImages(scope, images);
            for (int i = 0; i < rows.length; i++) {
                assertDirection(rows[i], golden.get("image").get(i).get("image_embeds"), TOLERANCE);
            }
            assertThat(encoder.width()).isEqualTo(128);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"clip-split", "clip-combined", "siglip-split", "siglip-combined"})
    void embedsInBothLayouts(String layout) {
        ModelFiles files = resource("compat/" + layout);
        JsonNode golden = Golden.json("compat/" + layout + "/golden.json");
        try (ClipEncoder encoder = ClipEncoder.open(RUNTIME, files);
                RunScope scope = new RunScope()) {
            for (JsonNode text : golden.get("texts")) {
                float[][] row =
                        encoder.embedTexts(scope, List.of(text.get("text").asText()));
                assertDirection(row[0], text.get("text_embeds"), TOLERANCE);
            }
            // The preprocessing is ours, and another bicubic may round a pixel differently: the golden says by how
            // much.
            double tolerance = golden.get("tolerances")
                    .get("embeds_abs_from_own_preprocessing")
                    .asDouble();
            for (JsonNode image : golden.get("images")) {
                float[][] row = encoder.embedImages(
                        scope,
                        List.of(image("compat/" + layout.replace("combined", "split") + "/"
                                + image.get("file").asText())));
                assertDirection(row[0], image.get("image_embeds"), tolerance);
            }
        }
    }

    /** Eight bits to a weight: the directions are nearly those of the exact model, and the exact one is taken if it is there. */
    @Test
    void takesAQuantizedExportWhereThereIsNoOther() throws IOException {
        MemoryFiles quantized = MemoryFiles.copyOf(Path.of("src/test/resources/compat/clip-split"))
                .without("onnx/text_model.onnx")
                .without("onnx/vision_model.onnx");
        JsonNode golden = Golden.json("compat/clip-split/golden.json");
        try (ClipEncoder encoder = ClipEncoder.open(RUNTIME, quantized);
                ClipEncoder exact = ClipEncoder.open(RUNTIME, resource("compat/clip-split"));
                RunScope scope = new RunScope()) {
            assertThat(encoder.files()).contains("onnx/text_model_quantized.onnx");
            assertThat(exact.files()).contains("onnx/text_model.onnx");
            for (JsonNode text : golden.get("texts")) {
                float[][] row =
                        encoder.embedTexts(scope, List.of(text.get("text").asText()));
                assertDirection(row[0], text.get("text_embeds"), 0.1);
            }
            List<RgbImage> picture = List.of(image("compat/clip-split/golden/image0.png"));
            assertDirection(encoder.embedImages(scope, picture)[0], exact.embedImages(scope, picture)[0], 0.1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"siglip-split", "siglip-combined"})
    void tokenizesForSiglipAsItsProcessorDoes(String model) {
        T5Tokenizer tokenizer = T5Tokenizer.open(resource("compat/" + model), "");
        for (JsonNode text : Golden.json("compat/" + model + "/golden.json").get("texts")) {
            long[] ids = tokenizer.encode(text.get("text").asText(), 64);
            assertThat(ids).hasSize(text.get("input_ids").size());
            for (int i = 0; i < ids.length; i++) {
                assertThat(ids[i]).isEqualTo(text.get("input_ids").get(i).asLong());
            }
        }
    }

    @Test
    void aTextDoesNotDependOnItsCompany() {
        try (ClipEncoder encoder = ClipEncoder.open(RUNTIME, resource("compat/clip-split"));
                RunScope scope = new RunScope()) {
            float[][] together = encoder.embedTexts(
                    scope,
                    List.of("a red cat", "a very long text about a red cat on a hill in the snow by the sea", "cat"));
            assertDirection(encoder.embedTexts(scope, List.of("a red cat"))[0], together[0], 1e-6);
            assertDirection(encoder.embedTexts(scope, List.of("cat"))[0], together[2], 1e-6);
        }
    }

    @Test
    void refusesAVisionModelWithoutProjection() {
        int sessions = OnnxSession.live();
        assertThatThrownBy(() -> ClipEncoder.open(RUNTIME, resource("compat/clip-vision-unprojected")))
                .isInstanceOf(EncoderException.class)
                .hasMessageContaining("clip_vision_model")
                .hasMessageContaining("projection");
        assertThat(OnnxSession.live()).isEqualTo(sessions);
    }

    @Test
    void leavesNothingOpen() {
        int sessions = OnnxSession.live();
        int tensors = Tensor.live();
        try (ClipEncoder encoder = ClipEncoder.open(RUNTIME, resource("compat/clip-combined"));
                RunScope scope = new RunScope()) {
            encoder.embedTexts(scope, List.of("a red cat"));
            encoder.embedImages(scope, List.of(new RgbImage(8, 8, new byte[3 * 64])));
        }
        assertThat(OnnxSession.live()).isEqualTo(sessions);
        assertThat(Tensor.live()).isEqualTo(tensors);
    }

    private static void assertDirection(float[] actual, float[] expected, double tolerance) {
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[i]).isCloseTo(expected[i], within(tolerance));
        }
    }

    /** The golden embeddings may have any length; ours have length 1. */
    private static void assertDirection(float[] actual, JsonNode expected, double tolerance) {
        double squares = 0;
        for (JsonNode x : expected) {
            squares += x.asDouble() * x.asDouble();
        }
        double length = Math.sqrt(squares);
        assertThat(actual).hasSize(expected.size());
        for (int i = 0; i < actual.length; i++) {
            assertThat((double) actual[i]).isCloseTo(expected.get(i).asDouble() / length, within(tolerance));
        }
    }
}
