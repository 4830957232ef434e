package dev.finexl.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.embed.RgbImage;
import dev.finexl.explain.ExplainListener.Pictures;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.CacheDirectory;
import dev.finexl.store.Catalogue;
import dev.finexl.store.ResultStore;
import dev.finexl.store.StorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is done again, and what is not, by explainers that share a memory. */
class AnswersTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final OpenModels MODELS = new OpenModels(new OnnxRuntime(OnnxSettings.cpu()));

    @TempDir
    private Path folder;

    private ResultStore store;
    private ResultStore pictures;

    @BeforeEach
    void newStore() {
        store = new CacheDirectory(folder, 1 << 20);
        pictures = new CacheDirectory(folder.resolve("seen"), 1 << 24);
    }

    @AfterAll
    static void closesEverything() {
        MODELS.close();
    }

    /** A process of its own, as far as memory goes. */
    private Explainer explainer() {
        return new Explainer(new Catalogue(List.of()), null, MODELS, BatchSize.fixed(8), "test", null)
                .remembering(new Answers(store, pictures, 4));
    }

    private static ExplainRequest request(String lora) {
        return Requests.withLoras(List.of(lora), "images", 10, "steps", 2);
    }

    private static Explanation explain(Explainer explainer, ExplainRequest request) {
        try (RunScope scope = new RunScope()) {
            return explainer.explain(request, ExplainListener.NONE, scope);
        }
    }

    private static Explanation withoutUsage(Explanation explanation) throws IOException {
        return MAPPER.readValue(MAPPER.writeValueAsBytes(explanation.fromCache()), Explanation.class);
    }

    private List<Path> files(String kind) {
        try (Stream<Path> files = Files.list(folder.resolve(kind))) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void repeatARequestForNothing() throws IOException {
        Explainer explainer = explainer();
        Explanation first = explain(explainer, request("vivid"));
        assertThat(first.usage().cached()).isFalse();
        for (Explainer again : List.of(explainer, explainer())) {
            Explanation second = explain(again, request("vivid"));
            assertThat(second.usage().cached()).isTrue();
            assertThat(second.usage().images()).isZero();
            assertThat(second.usage().imagesCached()).isEqualTo(20);
            assertThat(second.usage().denoiserEvaluations()).isZero();
            assertThat(withoutUsage(second)).usingRecursiveComparison().isEqualTo(withoutUsage(first));
        }
    }

    @Test
    void chargeASecondPersonalisationOfABaseForItsOwnPicturesOnly() throws IOException {
        explain(explainer(), request("vivid"));
        Explanation second = explain(explainer(), request("pixelated"));
        assertThat(second.usage().images()).isEqualTo(10);
        assertThat(second.usage().imagesCached()).isEqualTo(10);
        store = new CacheDirectory(folder.resolve("another"), 1 << 20);
        Explanation alone = explain(explainer(), request("pixelated"));
        assertThat(alone.usage().images()).isEqualTo(20);
        assertThat(withoutUsage(second).aspects()).isEqualTo(withoutUsage(alone).aspects());
        assertThat(second.vector()).containsExactly(alone.vector());
        assertThat(second.heads()).isEqualTo(alone.heads());
    }

    @Test
    void findThePicturesOfASmallerRequestInALargerOne() {
        explain(explainer(), request("vivid"));
        Explanation larger =
                explain(explainer(), request("vivid").toBuilder().images(17).build());
        assertThat(larger.usage().imagesCached()).isEqualTo(16);
        assertThat(larger.usage().images()).isEqualTo(18);
    }

    @Test
    void goOnWhereAnExplanationWasStopped() {
        try (RunScope scope = new RunScope()) {
            ExplainListener impatient = new ExplainListener() {
                @Override
                public void progress(Stage stage, long done, long total) {
                    if (stage == Stage.SAMPLING && done == 8) {
                        scope.cancel();
                    }
                }
            };
            assertThatThrownBy(() -> explainer()
                            .explain(request("vivid").toBuilder().images(16).build(), impatient, scope))
                    .isInstanceOf(CancellationException.class);
        }
        Explanation second =
                explain(explainer(), request("vivid").toBuilder().images(16).build());
        assertThat(second.usage().imagesCached()).isEqualTo(8);
    }

    @Test
    void areNotUsedWhereAnythingIsDifferent() {
        explain(explainer(), request("vivid"));
        ExplainRequest base = request("vivid");
        for (ExplainRequest other : List.of(
                base.toBuilder().seed(1L).build(),
                base.toBuilder().steps(3).build(),
                base.toBuilder().negativePrompt("fog").build(),
                base.toBuilder().guidanceScale(2.0).build())) {
            Explanation explanation = explain(explainer(), other);
            assertThat(explanation.usage().cached()).isFalse();
            assertThat(explanation.usage().imagesCached()).isZero();
        }
    }

    @Test
    void countAsNotThereWhereTheyAreDamaged() throws IOException {
        Explanation first = explain(explainer(), request("vivid"));
        for (String kind : List.of("explanations", "pictures", "directions")) {
            for (Path file : files(kind)) {
                byte[] bytes = Files.readAllBytes(file);
                bytes[bytes.length / 2] ^= 0x55;
                Files.write(file, kind.equals("explanations") ? new byte[] {'{'} : bytes);
            }
        }
        Explanation second = explain(explainer(), request("vivid"));
        assertThat(second.usage().images()).isEqualTo(20);
        assertThat(withoutUsage(second)).usingRecursiveComparison().isEqualTo(withoutUsage(first));
    }

    /** Sees pictures. */
    private static final class Looking implements ExplainListener {

        private final Pictures wanted;
        private final Map<String, RgbImage> seen = new TreeMap<>();

        Looking(Pictures wanted) {
            this.wanted = wanted;
        }

        @Override
        public Pictures pictures() {
            return wanted;
        }

        @Override
        public void image(Side side, int index, RgbImage image) {
            seen.put(side.key() + index, image);
        }
    }

    private record Look(Map<String, RgbImage> seen, Usage usage) {}

    private Look look(Pictures wanted, String lora) {
        Looking looking = new Looking(wanted);
        try (RunScope scope = new RunScope()) {
            return new Look(
                    looking.seen,
                    explainer().explain(request(lora), looking, scope).usage());
        }
    }

    @Test
    void doNotReplacePicturesThatSomebodyWantsToSee() {
        explain(explainer(), request("vivid"));
        assertThat(look(Pictures.KEPT, "vivid").seen()).isEmpty();
        Look drawn = look(Pictures.ALL, "vivid");
        assertThat(drawn.seen()).hasSize(20);
        assertThat(drawn.usage().images()).isEqualTo(20);
    }

    @Test
    void showAgainThePicturesThatAreKept() {
        Look first = look(Pictures.KEPT, "vivid");
        assertThat(first.seen()).hasSize(20);
        for (Pictures wanted : List.of(Pictures.KEPT, Pictures.ALL)) {
            Look again = look(wanted, "vivid");
            assertThat(again.seen()).isEqualTo(first.seen());
            assertThat(again.usage().cached()).isTrue();
            assertThat(again.usage().images()).isZero();
        }
        Look other = look(Pictures.ALL, "pixelated");
        assertThat(other.seen()).hasSize(20);
        assertThat(other.usage().images()).as("the base's are kept").isEqualTo(10);
        assertThat(other.seen().get("base3")).isEqualTo(first.seen().get("base3"));
    }

    @Test
    void drawAgainOnlyTheGroupOfAPictureThatIsNotKept() throws IOException {
        Look first = look(Pictures.KEPT, "vivid");
        List<Path> kept = files("seen/drawn");
        assertThat(kept).hasSize(20);
        Files.writeString(kept.getFirst(), "no picture");

        Look some = look(Pictures.KEPT, "vivid");
        assertThat(some.seen()).hasSize(19);
        assertThat(some.usage().images()).isZero();
        Look all = look(Pictures.ALL, "vivid");
        assertThat(all.seen()).isEqualTo(first.seen());
        assertThat(all.usage().images()).isIn(2, 8);
        assertThat(look(Pictures.KEPT, "vivid").seen()).isEqualTo(first.seen());
    }

    @Test
    void areDoneWithoutWhereTheStoreFails() {
        store = new ResultStore() {
            @Override
            public Optional<byte[]> get(String key) {
                throw new StorageException("no", null);
            }

            @Override
            public void put(String key, byte[] body, String contentType) {
                throw new StorageException("no", null);
            }

            @Override
            public boolean putIfAbsent(String key, byte[] body, String contentType) {
                throw new StorageException("no", null);
            }

            @Override
            public void delete(String key) {
                throw new StorageException("no", null);
            }

            @Override
            public String describe(String key) {
                return key;
            }
        };
        assertThat(explain(explainer(), request("vivid")).usage().images()).isEqualTo(20);
    }
}
