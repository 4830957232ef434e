package dev.finexl.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.embed.RgbImage;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.Tensor;
import dev.finexl.store.Catalogue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What explanations of the bundled models say, with the default settings. */
class ExplainerTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final OpenModels MODELS = new OpenModels(new OnnxRuntime(OnnxSettings.cpu()), 1);
    private static final Explainer EXPLAINER = new Explainer(new Catalogue(List.of()), null, MODELS, 8, "test", null);

    @AfterAll
    static void closesEverything() {
        MODELS.close();
        assertThat(OnnxSession.live()).isZero();
        assertThat(Tensor.live()).isZero();
    }

    private static ExplainRequest request(
            String personalized, List<String> loras, Integer images, Long seed, String method) {
        return Requests.withLoras(
                loras, "personalized", personalized, "images", images, "seed", seed, "method", method);
    }

    private static Explanation explain(ExplainRequest request) {
        return explain(request, ExplainListener.NONE);
    }

    private static Explanation explain(ExplainRequest request, ExplainListener listener) {
        try (RunScope scope = new RunScope()) {
            return EXPLAINER.explain(request, listener, scope);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"vivid", "pixelated"})
    void namesTheAspectThatALoraWasTrainedOnFirst(String aspect) {
        Explanation explanation = explain(request(null, List.of(aspect), null, null, null));
        assertThat(explanation.changed()).isTrue();
        assertThat(explanation.aspects().getFirst().name()).isEqualTo(aspect);
        assertThat(explanation.summary())
                .contains(explanation.aspects().getFirst().phrase());
        assertThat(explanation.aspects().getFirst().interval().low()).isPositive();
    }

    @Test
    void findsNothingInANullPersonalisation() {
        Explanation explanation = explain(request(null, List.of("null-a"), null, null, null));
        assertThat(explanation.aspects()).isEmpty();
    }

    @Test
    void findsNothingInTheBaseAgainstItself() {
        Explanation explanation = explain(request("mini-diffusion", List.of(), null, null, null));
        assertThat(explanation.changed()).isFalse();
        assertThat(explanation.pValue()).isEqualTo(1);
        assertThat(explanation.divergenceNorm()).isZero();
        assertThat(explanation.aspects()).isEmpty();
        assertThat(explanation.summary()).contains("cannot be told apart");
    }

    @Test
    void answersTheSameRequestTheSame() throws Exception {
        ExplainRequest request = request(null, List.of("vivid"), 4, null, null);
        assertThat(withoutTimes(explain(request))).isEqualTo(withoutTimes(explain(request)));
    }

    private static String withoutTimes(Explanation explanation) throws Exception {
        JsonNode json = MAPPER.valueToTree(explanation);
        ((ObjectNode) json.get("usage")).remove("stages");
        return MAPPER.writeValueAsString(json);
    }

    @Test
    void anotherSeedGivesOtherPicturesAndTheSameFirstAspect() {
        List<RgbImage> first = new ArrayList<>();
        List<RgbImage> second = new ArrayList<>();
        Explanation one = explain(request(null, List.of("vivid"), 12, 0L, null), collecting(first));
        Explanation other = explain(request(null, List.of("vivid"), 12, 5_000_000_000L, null), collecting(second));
        assertThat(first).hasSameSizeAs(second).doesNotContainAnyElementsOf(second);
        assertThat(other.aspects().getFirst().name())
                .isEqualTo(one.aspects().getFirst().name());
    }

    private static ExplainListener collecting(List<RgbImage> images) {
        return new ExplainListener() {
            @Override
            public void image(Side side, int index, RgbImage image) {
                images.add(image);
            }
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"stacked-nnls", "nnls", "orthogonal-greedy", "style-subspace", "lsq"})
    void explainsWithEveryMethod(String method) {
        Explanation explanation = explain(request(null, List.of("vivid"), 4, null, method));
        assertThat(explanation.method()).isEqualTo(method);
        assertThat(explanation.relativeError()).isBetween(0.0, 2.0);
    }

    @Test
    void stopsInTheMiddleOfASampling() {
        explain(request(null, List.of("vivid"), 2, null, null));
        int tensors = Tensor.live();
        try (RunScope scope = new RunScope()) {
            ExplainListener impatient = new ExplainListener() {
                @Override
                public void progress(Stage stage, long done, long total) {
                    if (stage == Stage.SAMPLING && done > 0) {
                        scope.cancel();
                    }
                }
            };
            assertThatThrownBy(() ->
                            EXPLAINER.explain(request(null, List.of("vivid"), null, null, null), impatient, scope))
                    .isInstanceOf(CancellationException.class);
        }
        assertThat(Tensor.live()).isEqualTo(tensors);
    }
}
