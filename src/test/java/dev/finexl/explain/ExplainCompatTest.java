package dev.finexl.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.Golden;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.Catalogue;
import dev.finexl.store.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Explanations of models of every family with nothing but the base and its personalisation, as somebody has them. */
class ExplainCompatTest {

    private static final Path ROOT = Path.of("src/test/resources/compat").toAbsolutePath();
    private static final List<String> FAMILIES =
            List.of("sd1", "sd1-transformers5", "sd2", "sdxl", "lcm", "sd3", "flux");
    private static final OpenModels MODELS = new OpenModels(new OnnxRuntime(OnnxSettings.cpu()));
    private static final Explainer EXPLAINER =
            new Explainer(new Catalogue(List.of(ROOT)), null, MODELS, BatchSize.fixed(4), "test", null);

    @AfterAll
    static void close() {
        MODELS.close();
    }

    static Stream<Arguments> loras() {
        return FAMILIES.stream()
                .filter(family -> Files.exists(ROOT.resolve(family).resolve("golden_loras.json")))
                .flatMap(family -> Golden.elements(Golden.json("compat/%s/golden_loras.json".formatted(family))
                                .get("loras"))
                        .map(lora -> Arguments.of(family, lora.get("file").asText())));
    }

    @ParameterizedTest
    @MethodSource("loras")
    void explainsALora(String family, String lora) {
        Explanation explanation =
                explain(family, List.of(ROOT.resolve(family).resolve(lora).toString()), null);
        assertThat(explanation.divergenceNorm()).isPositive();
        assertIndicative(explanation);
    }

    @ParameterizedTest
    @MethodSource("families")
    void explainsAWholeModel(String family) {
        Explanation explanation = explain(family, List.of(), family);
        assertThat(explanation.changed()).isFalse();
        assertThat(explanation.divergenceNorm()).isZero();
        assertIndicative(explanation);
    }

    static List<String> families() {
        return FAMILIES;
    }

    /** What is passed on of a fine-tune is often its UNet alone. */
    @Test
    void explainsAUnetWithTheOtherPartsOfItsBase() {
        Explanation explanation =
                explain("sd1", List.of(), ROOT.resolve("sd1-transformers5/unet").toString());
        assertThat(explanation.provenance().models())
                .filteredOn(model -> model.role().equals("personalized"))
                .singleElement()
                .satisfies(model -> assertThat(model.files())
                        .containsEntry("unet/model.onnx", sha256("sd1-transformers5/unet/model.onnx"))
                        .containsEntry("vae_decoder/model.onnx", sha256("sd1/vae_decoder/model.onnx")));
        assertThatThrownBy(() -> explain(
                        "sd1", List.of(), ROOT.resolve("flux/transformer").toString()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("FluxTransformer2DModel");
    }

    private static String sha256(String file) {
        try (InputStream in = Files.newInputStream(ROOT.resolve(file))) {
            return Sha256.of(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void explainsPicturesWithoutAnEncoderToo() {
        Path pictures = Path.of("src/test/resources/golden/mini").toAbsolutePath();
        String folder = pictures.toString();
        ExplainRequest request =
                Requests.withLoras(List.of(), "base", null, "baseImages", folder, "personalizedImages", folder);
        try (RunScope scope = new RunScope()) {
            assertIndicative(
                    new Explainer(new Catalogue(List.of(pictures)), null, MODELS, BatchSize.fixed(4), "test", null)
                            .explain(request, ExplainListener.NONE, scope));
        }
    }

    /** Nobody named an encoder: the bundled one looks for what it knows, and the answer says what that is worth. */
    private static void assertIndicative(Explanation explanation) {
        assertThat(explanation.warnings()).anyMatch(warning -> warning.startsWith("Indicative only: the encoder"));
        assertThat(explanation.provenance().vocabulary().name()).isEqualTo("mini");
        assertThat(explanation.provenance().prompts().name()).isEqualTo("mini");
        assertThat(explanation.provenance().models())
                .filteredOn(model -> model.role().equals("encoder"))
                .singleElement()
                .extracting(Provenance.Model::reference)
                .isEqualTo("classpath:mini-clip");
    }

    private static Explanation explain(String base, List<String> loras, String personalized) {
        try (RunScope scope = new RunScope()) {
            return EXPLAINER.explain(
                    Requests.withLoras(loras, "base", base, "personalized", personalized, "images", 2, "steps", 2),
                    ExplainListener.NONE,
                    scope);
        }
    }
}
