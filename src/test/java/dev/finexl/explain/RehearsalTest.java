package dev.finexl.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.Catalogue;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a program does with a base before the first request for it. */
class RehearsalTest {

    @ParameterizedTest
    @ValueSource(strings = {"mini-diffusion", "mini-gan"})
    void opensWhatAnExplanationOfTheBaseNeedsAndRunsIt(String base) {
        try (OpenModels models = new OpenModels(new OnnxRuntime(OnnxSettings.cpu()));
                RunScope scope = new RunScope()) {
            Explainer explainer = explainer(models);

            explainer.rehearse(base, scope);

            assertThat(scope.sessionNanos()).isPositive();
            long opened = models.counts().openings();
            explainer.explain(
                    Requests.withLoras(List.of(), "base", base, "personalized", base, "images", 2),
                    ExplainListener.NONE,
                    scope);
            assertThat(models.counts().openings()).isEqualTo(opened);
        }
    }

    @Test
    void refusesWhatIsNoBase() {
        try (OpenModels models = new OpenModels(new OnnxRuntime(OnnxSettings.cpu()));
                RunScope scope = new RunScope()) {
            assertThatThrownBy(() -> explainer(models).rehearse("nothing", scope))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("nothing");
            assertThatThrownBy(() -> explainer(models).rehearse("vivid", scope))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("vivid");
        }
    }

    @Test
    void canBeCancelled() {
        try (OpenModels models = new OpenModels(new OnnxRuntime(OnnxSettings.cpu()));
                RunScope scope = new RunScope()) {
            scope.cancel();
            assertThatThrownBy(() -> explainer(models).rehearse("mini-diffusion", scope))
                    .isInstanceOf(CancellationException.class);
            // The base goes on being opened beside it.
            await().until(() -> models.counts().open() > 0);
        }
    }

    private static Explainer explainer(OpenModels models) {
        return new Explainer(new Catalogue(List.of()), null, models, BatchSize.fixed(8), "test", null);
    }
}
