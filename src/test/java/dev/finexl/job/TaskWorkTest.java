package dev.finexl.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.account.Tariff;
import dev.finexl.compare.CompareRequest;
import dev.finexl.embed.RgbImage;
import dev.finexl.explain.BatchSize;
import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.Explainer;
import dev.finexl.explain.InvalidRequestException;
import dev.finexl.explain.OpenModels;
import dev.finexl.job.ExplainMeter.Outcome;
import dev.finexl.job.trace.Tracing;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.Catalogue;
import dev.finexl.store.DirectoryResults;
import dev.finexl.store.ResultStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.jboss.logging.MDC;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an explanation leaves behind besides its answer: a count, a log that names it, and a result in the store. */
class TaskWorkTest {

    private static final String QUICK = """
            {"base": "mini-diffusion", "loras": [{"model": "vivid"}], "images": 2, "steps": 1, "heads": [],
             "concepts": [{"name": "vivid"}, {"name": "dark"}]}""";

    @TempDir
    Path folder;

    private final OpenModels models = new OpenModels(new OnnxRuntime(OnnxSettings.cpu()));
    private final List<Outcome> outcomes = new ArrayList<>();

    private JobPictures pictures;

    @BeforeEach
    void open() {
        pictures = new JobPictures(folder.resolve("shown"), 1 << 20, SharedPictures.NONE);
    }

    @AfterEach
    void close() {
        models.close();
    }

    private TaskWork work(Optional<ResultStore> results) {
        Catalogue catalogue = new Catalogue(List.of());
        Explainer explainer = new Explainer(catalogue, null, models, BatchSize.fixed(8), "test", null);
        TenantSpaces spaces =
                new TenantSpaces(catalogue, explainer, results, Optional.empty(), TenantSpaces.Settings.NONE);
        Metering metering = new Metering(Tariff.FREE);
        return new TaskWork(
                new ExplainService(
                        spaces, new Budget(Tariff.FREE), (outcome, _) -> outcomes.add(outcome), Tracing.NONE),
                new CompareService(spaces, metering, Tracing.NONE),
                pictures,
                metering);
    }

    private static Answer explain(TaskWork work, String request, ExplainListener listener, RunScope scope) {
        JobTask task = new JobTask.Explain(ExplainRequest.parse(request));
        return work.perform(RunningJob.JOB, task, Map.of(), listener, scope);
    }

    private static String explain(TaskWork work, String request, RunScope scope) {
        try (scope) {
            return explain(work, request, ExplainListener.NONE, scope).result();
        }
    }

    @Test
    void keepsOneResultOfTheSameQuestion() throws IOException {
        TaskWork work = work(Optional.of(new DirectoryResults(folder)));
        String first = explain(work, QUICK, new RunScope());
        explain(work, QUICK, new RunScope());
        explain(work, QUICK.replace("\"steps\": 1", "\"steps\": 2"), new RunScope());
        try (Stream<Path> files = Files.list(folder.resolve("explanations"))) {
            List<Path> kept = files.sorted().toList();
            assertThat(kept.stream().map(Path::toString).filter(file -> file.endsWith(".json")))
                    .hasSize(2);
            assertThat(kept.stream().map(TaskWorkTest::read)).contains(first);
            assertThat(kept.stream().map(Path::toString).filter(file -> file.endsWith(".html")))
                    .hasSize(2)
                    .allSatisfy(report -> assertThat(kept).contains(Path.of(report.replaceFirst("html$", "json"))));
        }
        assertThat(outcomes).containsExactly(Outcome.SUCCEEDED, Outcome.SUCCEEDED, Outcome.SUCCEEDED);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void hasAResultAlthoughTheStoreCannotBeWritten() throws IOException {
        ResultStore broken = new DirectoryResults(Files.createFile(folder.resolve("a-file")));
        assertThat(explain(work(Optional.of(broken)), QUICK, new RunScope())).contains("\"summary\"");
    }

    @Test
    void countsHowExplanationsEnd() {
        TaskWork work = work(Optional.empty());
        assertThatThrownBy(() -> explain(work, QUICK.replace("vivid", "no-such-lora"), new RunScope()))
                .isInstanceOf(InvalidRequestException.class);
        RunScope cancelled = new RunScope();
        cancelled.cancel();
        assertThatThrownBy(() -> explain(work, QUICK, cancelled)).isInstanceOf(CancellationException.class);
        assertThat(outcomes).containsExactly(Outcome.REFUSED, Outcome.CANCELLED);
    }

    private boolean hasPicture() {
        return pictures.has("an-id", Side.BASE, 0);
    }

    @Test
    void keepsThePicturesOfWhatIsExplained() {
        explain(work(Optional.empty()), QUICK, new RunScope());
        for (Side side : Side.values()) {
            RgbImage picture = pictures.picture("an-id", side, 1).orElseThrow();
            assertThat(picture.width()).isEqualTo(64);
            assertThat(pictures.find("an-id", side, 2)).isEmpty();
        }
    }

    @Test
    void keepsNoPicturesThatNobodyWantsAndNoneOfWhatFails() {
        explain(work(Optional.empty()), QUICK.replace("{\"base", "{\"pictures\": false, \"base"), new RunScope());
        assertThat(hasPicture()).isFalse();
        RunScope scope = new RunScope();
        ExplainListener cancelling = new ExplainListener() {
            @Override
            public void image(Side side, int index, RgbImage image) {
                assertThat(hasPicture()).isTrue();
                scope.cancel();
            }
        };
        TaskWork work = work(Optional.empty());
        assertThatThrownBy(() -> {
                    try (scope) {
                        explain(work, QUICK, cancelling, scope);
                    }
                })
                .isInstanceOf(CancellationException.class);
        assertThat(folder.resolve("shown/an-id")).doesNotExist();
    }

    @Test
    void explainsAlthoughPicturesCannotBeKept() throws IOException {
        pictures = new JobPictures(Files.createFile(folder.resolve("in-the-way")), 1 << 20, SharedPictures.NONE);
        assertThat(explain(work(Optional.empty()), QUICK, new RunScope())).contains("\"summary\"");
        assertThat(hasPicture()).isFalse();
    }

    /** Notes what the log's context has under a name. */
    private static ExplainListener noting(String name, List<Object> seen) {
        return new ExplainListener() {
            @Override
            public void progress(Stage stage, long done, long total) {
                seen.add(MDC.get(name));
            }
        };
    }

    @Test
    void namesTheExplanationInTheLog() {
        List<Object> seen = new ArrayList<>();
        try (RunScope scope = new RunScope()) {
            explain(work(Optional.empty()), QUICK, noting("explanation", seen), scope);
        }
        assertThat(seen).isNotEmpty().containsOnly("an-id");
        assertThat(MDC.get("explanation")).isNull();
    }

    @Test
    void comparesAndSaysWhatItCost() {
        JobTask task = new JobTask.Compare(CompareRequest.parse("""
                {"request": {"base": "mini-diffusion", "images": 2, "steps": 1, "heads": []},
                 "models": [{"loras": [{"model": "vivid"}]}, {"loras": [{"model": "pixelated"}]}]}"""));
        List<Object> seen = new ArrayList<>();
        Answer answer;
        try (RunScope scope = new RunScope()) {
            answer = work(Optional.empty()).perform(RunningJob.JOB, task, Map.of(), noting("comparison", seen), scope);
        }
        assertThat(answer.result()).startsWith("{\"summary\":").contains("\"name\":\"pixelated\"");
        assertThat(answer.line().explanation()).isEqualTo("an-id");
        assertThat(answer.line().spent().images()).isEqualTo(6);
        assertThat(answer.line().spent().cpuSeconds()).isPositive();
        assertThat(seen).isNotEmpty().containsOnly("an-id");
        assertThat(MDC.get("comparison")).isNull();
    }
}
