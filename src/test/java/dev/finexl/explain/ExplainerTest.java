package dev.finexl.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.embed.RgbImage;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.Tensor;
import dev.finexl.store.CacheDirectory;
import dev.finexl.store.Catalogue;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What explanations of the bundled models say, with the default settings. */
class ExplainerTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final OpenModels MODELS = new OpenModels(new OnnxRuntime(OnnxSettings.cpu()));
    private static final Explainer EXPLAINER =
            new Explainer(new Catalogue(List.of()), null, MODELS, BatchSize.fixed(8), "test", null);

    private static final List<String> PROMPTS = List.of(
            "a red fish on a blue background",
            "a green tree in the snow",
            "a yellow star on a gray background",
            "a blue house at sunset",
            "a purple heart on a cream background",
            "a white boat under water",
            "an orange ring on a green background",
            "a pink flower in a green field");

    @TempDir
    static Path shared;

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

    /** With pictures that other tests may have drawn. */
    private static Explanation explain(ExplainRequest request) {
        try (RunScope scope = new RunScope()) {
            return EXPLAINER
                    .remembering(new Answers(new CacheDirectory(shared, 1 << 24), null, 0))
                    .explain(request, ExplainListener.NONE, scope);
        }
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
    void saysWhichPairsShowAnAspectBestAndLeast() {
        Explanation explanation = explain(request(null, List.of("vivid"), null, 7L, null));

        assertThat(explanation.pairs()).hasSize(explanation.sampling().pairs()).allSatisfy(pair -> {
            assertThat(pair.seed()).isEqualTo(7 + pair.index());
            assertThat(pair.prompt()).isNotBlank();
            assertThat(pair.baseFile()).isNull();
            assertThat(pair.shows().keySet())
                    .containsExactlyElementsOf(
                            explanation.aspects().stream().map(Aspect::name).toList());
        });
        assertThat(explanation.examples()).hasSameSizeAs(explanation.aspects()).allSatisfy(example -> {
            double[] shown = explanation.pairs().stream()
                    .mapToDouble(pair -> pair.shows().get(example.aspect()))
                    .toArray();
            assertThat(shown[example.best().index()])
                    .isEqualTo(Arrays.stream(shown).max().orElseThrow());
            assertThat(shown[example.worst().index()])
                    .isEqualTo(Arrays.stream(shown).min().orElseThrow());
            assertThat(Arrays.stream(shown).average().orElseThrow()).isPositive();
        });
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
        assertThat(withoutTimes(explain(request, ExplainListener.NONE)))
                .isEqualTo(withoutTimes(explain(request, ExplainListener.NONE)));
    }

    private static String withoutTimes(Explanation explanation) throws Exception {
        JsonNode json = MAPPER.valueToTree(explanation);
        ((ObjectNode) json.get("usage")).remove("stages");
        return MAPPER.writeValueAsString(json);
    }

    @Test
    void theSizeOfBatchesDoesNotChangeTheAnswer() {
        ExplainRequest request = request(null, List.of("vivid"), 10, null, null);
        Explanation usual = explain(request);
        try (RunScope scope = new RunScope()) {
            Explanation small = new Explainer(new Catalogue(List.of()), null, MODELS, BatchSize.fixed(3), "test", null)
                    .explain(request, ExplainListener.NONE, scope);
            assertThat(small.aspects())
                    .extracting(Aspect::name)
                    .containsExactlyElementsOf(
                            usual.aspects().stream().map(Aspect::name).toList());
            assertThat(small.vector()).containsExactly(usual.vector(), within(1e-4));
            assertThat(small.divergenceNorm()).isCloseTo(usual.divergenceNorm(), within(1e-4));
        }
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
    void stopsAsSoonAsTheAnswerIsSettled() {
        List<Integer> looks = new ArrayList<>();
        ExplainListener listener = new ExplainListener() {
            @Override
            public void aspects(int pairs, List<Aspect> aspects) {
                looks.add(pairs);
            }
        };
        ExplainRequest coarse = Requests.withLoras(List.of("vivid"), "precision", 1.0, "seed", 1);
        Explanation early = explain(coarse, listener);
        assertThat(early.sampling())
                .isEqualTo(new SamplingReport(
                        16, 25, List.of(8, 16), SamplingReport.Stopped.SETTLED, AspectFinder.CONFIDENCE, 1));
        assertThat(early.usage().images()).isEqualTo(32);
        assertThat(early.usage().imagesSaved()).isEqualTo(18);
        assertThat(early.provenance().images()).isEqualTo(16);
        assertThat(early.aspects().getFirst().name()).isEqualTo("vivid");
        assertThat(looks).containsExactly(8, 16);

        Explanation all = explain(coarse.toBuilder().sequential(false).build());
        assertThat(all.usage().imagesSaved()).isZero();
        assertThat(all.sampling().stopped()).isEqualTo(SamplingReport.Stopped.BUDGET);
        assertThat(all.sampling().looks()).containsExactly(25);
    }

    @Test
    void answersWithWhatItHasWhenTimeIsUp() {
        ExplainRequest request = Requests.withLoras(List.of("vivid"), "images", 200, "sequential", false);
        try (RunScope scope = new RunScope(Instant.now())) {
            Explanation explanation = EXPLAINER.explain(request, ExplainListener.NONE, scope);
            assertThat(explanation.sampling().pairs()).isEqualTo(8);
            assertThat(explanation.sampling().stopped()).isEqualTo(SamplingReport.Stopped.DEADLINE);
            assertThat(explanation.warnings())
                    .anySatisfy(
                            warning -> assertThat(warning).contains("Cut short").contains("8 of 200"));
        }
    }

    @Test
    void aHigherConfidenceHasWiderIntervals() {
        ExplainRequest request = Requests.withLoras(List.of("vivid"), "images", 12, "sequential", false);
        Interval usual = explain(request).aspects().getFirst().interval();
        Interval wide = explain(request.toBuilder().confidence(0.999).build())
                .aspects()
                .getFirst()
                .interval();
        Interval narrow = explain(request.toBuilder().confidence(0.6).build())
                .aspects()
                .getFirst()
                .interval();
        assertThat(wide.halfWidth()).isGreaterThan(usual.halfWidth());
        assertThat(narrow.halfWidth()).isLessThan(usual.halfWidth());
    }

    @Test
    void aHigherWeightOfTheLoraHasAHigherScore() {
        double before = 0;
        for (double weight : new double[] {0.5, 0.75, 1}) {
            ExplainRequest request = ExplainRequest.builder()
                    .base("mini-diffusion")
                    .loras(List.of(new ExplainRequest.LoraChoice("vivid", weight)))
                    .images(12)
                    .sequential(false)
                    .build();
            double score = explain(request).aspects().getFirst().score();
            assertThat(score).isGreaterThan(before);
            before = score;
        }
    }

    @Test
    void tellsScoresInTheUnitOfAskingForTheConcept() {
        Aspect vivid = explain(request(null, List.of("vivid"), null, null, null))
                .aspects()
                .getFirst();
        assertThat(vivid.calibrated()).isBetween(0.3, 1.5);
        assertThat(vivid.selected()).isEqualTo(1);
    }

    @Test
    void asksTheBaseOnceForWhatNobodyHasAskedItFor(@TempDir Path folder) {
        // With one step fewer than the miniature's own settings nothing that ships has been measured.
        ExplainRequest request = Requests.withLoras(
                List.of("vivid"), "steps", 6, "images", 8, "prompts", PROMPTS, "calibrate", true, "vocabulary", "mini");
        try (OpenModels models = new OpenModels(
                        new OnnxRuntime(OnnxSettings.cpu()), OpenModels.Settings.DEFAULT.withDirections(folder));
                RunScope scope = new RunScope()) {
            Explainer keeping = new Explainer(new Catalogue(List.of()), null, models, BatchSize.fixed(8), "test", null);
            Explanation first = keeping.explain(request, ExplainListener.NONE, scope);
            Explanation second = keeping.explain(request, ExplainListener.NONE, scope);
            int aspects = first.aspects().size();
            assertThat(aspects).isPositive();
            assertThat(first.aspects()).extracting(Aspect::calibrated).anyMatch(calibrated -> calibrated != null);
            assertThat(first.usage().images()).isEqualTo(16 + 8 * (aspects + 1));
            assertThat(second.usage().images()).isEqualTo(16);
            assertThat(second.aspects()).isEqualTo(first.aspects());

            Explanation uncalibrated =
                    explain(request.toBuilder().calibrate(false).build());
            assertThat(uncalibrated.aspects()).extracting(Aspect::calibrated).containsOnlyNulls();
            assertThat(uncalibrated.aspects().getFirst().score())
                    .isEqualTo(first.aspects().getFirst().score());
        }
    }

    @Test
    void twiceTheSameConceptIsOneAspect() {
        List<Map<String, String>> concepts = Stream.of("vivid", "dark", "grainy", "pixelated")
                .map(name -> Map.of("name", name))
                .toList();
        List<Map<String, String>> doubled = Stream.concat(
                        concepts.stream(), Stream.of(Map.of("name", "saturated"), Map.of("name", "vivid")))
                .toList();
        Explanation one = explain(Requests.withLoras(List.of("vivid"), "images", 12, "concepts", concepts));
        Explanation other = explain(Requests.withLoras(List.of("vivid"), "images", 12, "concepts", doubled));
        assertThat(one.aspects().getFirst().name()).isEqualTo("vivid");
        assertThat(other.aspects()).hasSameSizeAs(one.aspects());
        Aspect first = other.aspects().getFirst();
        assertThat(first.alsoCalled()).hasSize(1).doesNotContain(first.name());
        assertThat(first.name()).isIn("vivid", "saturated");
    }

    @Test
    void keysTellRequestsApartByWhatTheirAnswersDependOn() {
        ExplainRequest request = request(null, List.of("vivid"), 4, null, null);
        String key = EXPLAINER.key(request);
        assertThat(EXPLAINER.key(
                        request.toBuilder().base("classpath:mini-diffusion").build()))
                .isEqualTo(key);
        assertThat(Stream.of(
                                request.toBuilder().seed(1L).build(),
                                request.toBuilder().images(5).build(),
                                request.toBuilder().method("nnls").build(),
                                request.toBuilder().confidence(0.9).build(),
                                request.toBuilder().prompts(PROMPTS).build(),
                                request.toBuilder().steps(7).build(),
                                request.toBuilder().heads(List.of()).build(),
                                request.toBuilder()
                                        .loras(List.of(new ExplainRequest.LoraChoice("vivid", 0.5)))
                                        .build(),
                                request.toBuilder()
                                        .loras(List.of(new ExplainRequest.LoraChoice("pixelated", 1.0)))
                                        .build())
                        .map(EXPLAINER::key))
                .doesNotContain(key)
                .doesNotHaveDuplicates();
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
