package dev.finexl.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.finexl.compare.ModelComparison.ComparedAspect;
import dev.finexl.compare.ModelComparison.Difference;
import dev.finexl.compare.ModelComparison.ModelPair;
import dev.finexl.compare.ModelComparison.Score;
import dev.finexl.explain.Answers;
import dev.finexl.explain.Aspect;
import dev.finexl.explain.BatchSize;
import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.ExplainRequest.LoraChoice;
import dev.finexl.explain.Explainer;
import dev.finexl.explain.Explanation;
import dev.finexl.explain.InvalidRequestException;
import dev.finexl.explain.OpenModels;
import dev.finexl.explain.PersonalizedModel;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.Tensor;
import dev.finexl.store.CacheDirectory;
import dev.finexl.store.Catalogue;
import dev.finexl.store.ModelJson;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What comparisons of the bundled LoRAs say. */
class ComparerTest {

    private static final OpenModels MODELS = new OpenModels(new OnnxRuntime(OnnxSettings.cpu()));

    @TempDir
    static Path shared;

    @AfterAll
    static void closesEverything() {
        MODELS.close();
        assertThat(OnnxSession.live()).isZero();
        assertThat(Tensor.live()).isZero();
    }

    private static Explainer explainer(Path cache) {
        Explainer explainer = new Explainer(new Catalogue(List.of()), null, MODELS, BatchSize.fixed(8), "test", null);
        return cache == null
                ? explainer
                : explainer.remembering(new Answers(new CacheDirectory(cache, 1 << 24), null, 0));
    }

    private static PersonalizedModel lora(String name, double weight) {
        return new PersonalizedModel(null, null, List.of(new LoraChoice(name, weight)), null, null);
    }

    private static PersonalizedModel lora(String name) {
        return lora(name, 1);
    }

    private static ExplainRequest common(int images) {
        return ExplainRequest.builder().base("mini-diffusion").images(images).build();
    }

    private static ModelComparison compare(int images, PersonalizedModel... models) {
        try (RunScope scope = new RunScope()) {
            return new Comparer(explainer(shared))
                    .compare(new CompareRequest(common(images), List.of(models)), ExplainListener.NONE, scope);
        }
    }

    private static ComparedAspect aspect(ModelComparison comparison, String name) {
        return comparison.aspects().stream()
                .filter(aspect -> aspect.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void saysWhatEachShowsAndWhichDifferencesAreMoreThanChance() {
        ModelComparison comparison = compare(16, lora("vivid"), lora("pixelated"), lora("null-a"));

        assertThat(comparison.models())
                .extracting(ModelComparison.Model::name)
                .containsExactly("vivid", "pixelated", "null-a");
        assertThat(comparison.models())
                .extracting(ModelComparison.Model::changed)
                .startsWith(true, true);
        ComparedAspect vivid = aspect(comparison, "vivid");
        assertThat(vivid.scores()).extracting(Score::shown).containsExactly(true, false, false);
        assertThat(vivid.differences())
                .extracting(Difference::first, Difference::second, Difference::significant)
                .containsExactly(tuple("vivid", "pixelated", true), tuple("vivid", "null-a", true));
        assertThat(aspect(comparison, "pixelated").differences().getFirst().difference())
                .isNegative();
        assertThat(comparison.aspects())
                .allSatisfy(aspect -> assertThat(aspect.differences()).allSatisfy(difference -> {
                    double first = score(aspect, difference.first());
                    double second = score(aspect, difference.second());
                    assertThat(difference.difference()).isCloseTo(first - second, within(1e-9));
                    assertThat(difference.interval().low()).isLessThanOrEqualTo(difference.difference());
                    assertThat(difference.interval().high()).isGreaterThanOrEqualTo(difference.difference());
                }));
        assertThat(comparison.pairs()).hasSize(3).first().satisfies(pair -> {
            assertThat(pair.differ()).isTrue();
            assertThat(pair.disagree()).contains("vivid", "pixelated");
        });
        assertThat(comparison.summary())
                .contains("The pictures of “vivid” are", "more vivid in colour than those of", "“null-a”");
    }

    private static double score(ComparedAspect aspect, String model) {
        return aspect.scores().stream()
                .filter(score -> score.model().equals(model))
                .findFirst()
                .orElseThrow()
                .score();
    }

    @Test
    void findsNoDifferenceBetweenAModelAndItself() {
        ModelComparison comparison = compare(16, lora("vivid"), lora("vivid"));

        assertThat(comparison.models()).extracting(ModelComparison.Model::name).containsExactly("vivid", "vivid (2)");
        assertThat(comparison.aspects())
                .isNotEmpty()
                .allSatisfy(aspect -> assertThat(aspect.differences())
                        .singleElement()
                        .satisfies(difference -> {
                            assertThat(difference.difference()).isZero();
                            assertThat(difference.pValue()).isEqualTo(1);
                            assertThat(difference.significant()).isFalse();
                        }));
        ModelPair pair = comparison.pairs().getFirst();
        assertThat(pair.differ()).isFalse();
        assertThat(pair.similarity()).isCloseTo(1, within(1e-9));
        assertThat(pair.agree()).contains("vivid");
        assertThat(comparison.summary())
                .contains("without a significant difference", "No aspect differs significantly");
    }

    @Test
    void tellsAStrongDoseFromAWeakOne() {
        ModelComparison comparison = compare(16, lora("vivid", 0.4), lora("vivid"));

        assertThat(comparison.models()).extracting(ModelComparison.Model::name).containsExactly("vivid:0.4", "vivid");
        assertThat(aspect(comparison, "vivid").differences()).singleElement().satisfies(difference -> {
            assertThat(difference.difference()).isNegative();
            assertThat(difference.significant()).isTrue();
            assertThat(difference.interval().high()).isNegative();
        });
    }

    @Test
    void explainsEachModelAsItWouldBeExplainedAlone() {
        ModelComparison comparison = compare(16, lora("pixelated"), lora("vivid"));
        try (RunScope scope = new RunScope()) {
            Explanation alone = explainer(shared)
                    .explain(
                            lora("vivid").of(common(16)).toBuilder()
                                    .sequential(false)
                                    .build(),
                            ExplainListener.NONE,
                            scope);
            assertThat(alone.usage().images()).isZero();
            assertThat(comparison.models().get(1).aspects())
                    .isEqualTo(alone.aspects().stream().map(Aspect::name).toList());
            for (Aspect aspect : alone.aspects()) {
                Score score = aspect(comparison, aspect.name()).scores().get(1);
                assertThat(score.score()).isEqualTo(aspect.score());
                assertThat(score.interval()).isEqualTo(aspect.interval());
                assertThat(score.calibrated()).isEqualTo(aspect.calibrated());
            }
            assertThat(comparison.models().get(1).provenance().models())
                    .containsAll(alone.provenance().models().stream()
                            .filter(model -> !model.role().equals("head"))
                            .toList());
        }
    }

    @Test
    void drawsTheBaseOnceEvenWhereNothingIsRemembered() {
        List<Long> done = new ArrayList<>();
        ExplainListener listener = new ExplainListener() {
            @Override
            public void progress(Stage stage, long now, long total) {
                if (stage == Stage.SAMPLING) {
                    assertThat(total).isEqualTo(12);
                    done.add(now);
                }
            }
        };
        ExplainRequest quick = common(4).toBuilder().steps(2).build();
        CompareRequest request = new CompareRequest(quick, List.of(lora("vivid"), lora("pixelated")));
        try (RunScope scope = new RunScope()) {
            ModelComparison comparison = new Comparer(explainer(null)).compare(request, listener, scope);
            assertThat(comparison.usage().images()).isEqualTo(12);
            assertThat(comparison.usage().imagesCached()).isZero();
            assertThat(comparison.warnings())
                    .anySatisfy(warning -> assertThat(warning).contains("at least 6"));
        }
        assertThat(done).isSorted().last().isEqualTo(12L);
    }

    @Test
    void isStoppedThroughItsScope() {
        try (RunScope scope = new RunScope()) {
            ExplainListener listener = new ExplainListener() {
                @Override
                public void progress(Stage stage, long now, long total) {
                    if (stage == Stage.SAMPLING && now > 0) {
                        scope.cancel();
                    }
                }
            };
            CompareRequest request = new CompareRequest(common(900), List.of(lora("vivid"), lora("pixelated")));
            assertThatThrownBy(() -> new Comparer(explainer(null)).compare(request, listener, scope))
                    .isInstanceOf(CancellationException.class);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'base': 'mini-diffusion', 'loras': [{'model': 'vivid'}]} | {'loras': [{'model': 'vivid'}]} | request.loras",
                "{'baseImages': 'x'} | {'loras': [{'model': 'vivid'}]} | request.baseImages",
                "{'base': 'mini-diffusion', 'sequential': true} | {'loras': [{'model': 'vivid'}]} | request.sequential",
                "{'base': 'nothing'} | {'loras': [{'model': 'vivid'}]} | request.base",
                "{'base': 'mini-diffusion', 'method': 'magic'} | {'loras': [{'model': 'vivid'}]} | request.method",
                "{'base': 'mini-diffusion'} | {'loras': [{'model': 'nothing'}]} | models[1].loras[0].model",
                "{'base': 'mini-diffusion'} | {} | models[1].loras",
                "{'base': 'mini-diffusion'} | {'personalized': 'mini-clip'} | models[1].personalized"
            })
    void namesTheFieldThatIsAtFault(String common, String second, String field) throws Exception {
        CompareRequest request = ModelJson.MAPPER.readValue(
                "{'request': %s, 'models': [{'loras': [{'model': 'vivid'}]}, %s]}"
                        .formatted(common, second)
                        .replace('\'', '"'),
                CompareRequest.class);
        try (RunScope scope = new RunScope()) {
            assertThatThrownBy(() -> new Comparer(explainer(null)).compare(request, ExplainListener.NONE, scope))
                    .isInstanceOfSatisfying(
                            InvalidRequestException.class,
                            e -> assertThat(e.field()).isEqualTo(field));
        }
    }

    @Test
    void correctsForTheNumberOfTests() {
        // Of 40 aspects that both models show, each differs as little as chance would have it, and one clearly.
        SplittableRandom random = new SplittableRandom(1);
        int aspects = 40;
        double[][][] contributions = new double[2][30][aspects];
        boolean[][] shown = new boolean[2][aspects];
        for (int aspect = 0; aspect < aspects; aspect++) {
            shown[0][aspect] = true;
            for (int pair = 0; pair < 30; pair++) {
                contributions[0][pair][aspect] = random.nextGaussian() + (aspect == 7 ? 2 : 0);
                contributions[1][pair][aspect] = random.nextGaussian();
            }
        }
        AspectTests tests = new AspectTests(List.of("a", "b"), shown, contributions, 0.05);
        int[] significant = IntStream.range(0, aspects)
                .filter(aspect -> tests.of(aspect, 2).getFirst().significant())
                .toArray();
        assertThat(significant).containsExactly(7);
        assertThat(tests.warnings()).isEmpty();

        double[][][] few = new double[][][] {Arrays.copyOf(contributions[0], 6), Arrays.copyOf(contributions[1], 6)};
        assertThat(new AspectTests(List.of("a", "b"), shown, few, 0.05).warnings())
                .singleElement()
                .asString()
                .contains("With 6 pictures", "none of 40 differences");
    }
}
