package dev.finexl.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.embed.RgbImage;
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
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is done again, and what is not, by explainers that share a memory. */
class AnswersTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final OpenModels MODELS = new OpenModels(new OnnxRuntime(OnnxSettings.cpu()), 1);

    @TempDir
    private Path folder;

    private ResultStore store;

    @BeforeEach
    void newStore() {
        store = new CacheDirectory(folder, 1 << 20);
    }

    @AfterAll
    static void closesEverything() {
        MODELS.close();
    }

    /** A process of its own, as far as memory goes. */
    private Explainer explainer() {
        return new Explainer(new Catalogue(List.of()), null, MODELS, 8, "test", null)
                .remembering(new Answers(store, 4));
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

    @Test
    void doNotReplacePicturesThatSomebodyWantsToSee() {
        explain(explainer(), request("vivid"));
        int[] seen = {0};
        ExplainListener looking = new ExplainListener() {
            @Override
            public boolean wantsPictures() {
                return true;
            }

            @Override
            public void image(Side side, int index, RgbImage image) {
                seen[0]++;
            }
        };
        try (RunScope scope = new RunScope()) {
            explainer().explain(request("vivid"), looking, scope);
        }
        assertThat(seen[0]).isEqualTo(20);
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
            public String describe(String key) {
                return key;
            }
        };
        assertThat(explain(explainer(), request("vivid")).usage().images()).isEqualTo(20);
    }
}
