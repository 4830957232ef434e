package dev.finexl.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.Catalogue;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** GANs and autoregressive models are explained as diffusion models are, from the two references alone. */
class ExplainerGeneratorsTest {

    private static final OpenModels MODELS = new OpenModels(new OnnxRuntime(OnnxSettings.cpu()));
    private static final Explainer EXPLAINER =
            new Explainer(new Catalogue(List.of()), null, MODELS, BatchSize.fixed(4), "test", null);

    @AfterAll
    static void close() {
        MODELS.close();
    }

    private static ExplainRequestBuilder pair(String base, String personalized) {
        return new ExplainRequestBuilder().base(base).personalized(personalized);
    }

    private static Explanation explain(ExplainRequest request) {
        try (RunScope scope = new RunScope()) {
            return EXPLAINER.explain(request, ExplainListener.NONE, scope);
        }
    }

    @ParameterizedTest
    @CsvSource({"mini-gan, mini-gan-dark, dark, 0", "mini-ar, mini-ar-cool, cool, 128"})
    void findsWhatTheTwinWasTrainedFor(String base, String twin, String aspect, int evaluations) {
        Explanation explanation = explain(pair(base, twin).build());

        assertThat(explanation.changed()).isTrue();
        assertThat(explanation.aspects().getFirst().name()).isEqualTo(aspect);
        assertThat(explanation.usage().denoiserEvaluations())
                .isEqualTo((long) evaluations * explanation.usage().images());
        assertThat(explanation.provenance().sampler().scheduler()).isNull();
        assertThat(explanation.provenance().models())
                .filteredOn(model -> model.role().equals("personalized"))
                .singleElement()
                .satisfies(model ->
                        assertThat(model.files()).containsKeys("generator.json", "text_encoder/onnx/text_model.onnx"));
    }

    @ParameterizedTest
    @CsvSource({"mini-gan", "mini-ar"})
    void findsNothingBetweenAModelAndItself(String base) {
        Explanation explanation = explain(pair(base, base).images(8).build());

        assertThat(explanation.changed()).isFalse();
        assertThat(explanation.divergenceNorm()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"mini-gan, mini-ar", "mini-diffusion, mini-gan", "mini-ar, mini-diffusion"})
    void refusesAMixtureOfKinds(String base, String personalized) {
        assertThatThrownBy(() -> explain(pair(base, personalized).build()))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.field()).isEqualTo("personalized"))
                .hasMessageContaining("only within one kind");
    }

    @Test
    void refusesWhatDoesNotApply() {
        assertRefused("steps", pair("mini-gan", "mini-gan-dark").steps(5).build());
        assertRefused(
                "scheduler", pair("mini-ar", "mini-ar-cool").scheduler("ddim").build());
        assertRefused(
                "guidanceScale",
                pair("mini-gan", "mini-gan-dark").guidanceScale(2.0).build());
        assertRefused("height", pair("mini-ar", "mini-ar-cool").height(128).build());
        assertRefused(
                "loras",
                new ExplainRequestBuilder()
                        .base("mini-gan")
                        .loras(List.of(new ExplainRequest.LoraChoice("vivid", 1.0)))
                        .build());
    }

    private static void assertRefused(String field, ExplainRequest request) {
        assertThatThrownBy(() -> explain(request))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.field()).isEqualTo(field));
    }
}
