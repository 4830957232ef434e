package dev.finexl.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.embed.PictureStatistics;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.Catalogue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureDirectionsTest {

    private static final String HASH = "ab".repeat(32);

    @TempDir
    private Path folder;

    @Test
    void isWhatWasWritten() throws IOException {
        float[][] rows = {{1, 2, 3}, {4, 5, 6}};
        Path file = new PictureDirections(Map.of(HASH, rows)).write(folder, "key");
        assertThat(file).isEqualTo(folder.resolve("key.bin"));
        assertThat(PictureDirections.find("key", Optional.of(folder)).entries())
                .containsOnlyKeys(HASH)
                .hasEntrySatisfying(HASH, found -> assertThat(found).isDeepEqualTo(rows));
        assertThat(PictureDirections.find("other", Optional.of(folder)).entries())
                .isEmpty();
    }

    @Test
    void refusesWhatIsCutOrLies() throws IOException {
        Path file = new PictureDirections(Map.of(HASH, new float[][] {{1, 2, 3}})).write(folder, "key");
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> PictureDirections.parse(cut)).isInstanceOf(UncheckedIOException.class);
        }
        for (int field = 4; field < 16; field++) {
            byte[] lying = whole.clone();
            lying[field] ^= 0x7f;
            assertThatThrownBy(() -> PictureDirections.parse(lying)).isInstanceOf(UncheckedIOException.class);
        }
    }

    @Test
    void isMeasuredOnceAndFoundByLaterExplanations() throws IOException {
        List<String> prompts = List.of("a red fish on a gray background", "a green square in the desert");
        List<Map<String, String>> concepts =
                List.of(Map.of("name", "vivid", "category", "palette"), Map.of("name", "heart", "category", "subject"));
        OnnxRuntime runtime = new OnnxRuntime(OnnxSettings.cpu());
        try (OpenModels models = new OpenModels(runtime, OpenModels.Settings.DEFAULT.withDirections(folder));
                RunScope scope = new RunScope()) {
            Explainer explainer =
                    new Explainer(new Catalogue(List.of()), null, models, BatchSize.fixed(8), "test", null);
            Object[] fields = {"prompts", prompts, "concepts", concepts, "steps", 2, "heads", List.of()};
            ExplainRequest request = Requests.withLoras(List.of("vivid"), fields);
            Provenance before =
                    explainer.explain(request, ExplainListener.NONE, scope).provenance();
            assertThat(before.conceptsOnPictures()).isZero();
            assertThat(before.versions()).doesNotContainKey("pictureStatistics");
            Path file = explainer.prime(request, folder, ExplainListener.NONE, scope);
            assertThat(Files.size(file)).isEqualTo(16 + 2 * (32 + 4L * 2 * (128 + PictureStatistics.COUNT)));
            Provenance after =
                    explainer.explain(request, ExplainListener.NONE, scope).provenance();
            assertThat(after.conceptsOnPictures()).isEqualTo(2);
            assertThat(after.versions()).containsEntry("pictureStatistics", PictureStatistics.VERSION);
        }
    }
}
