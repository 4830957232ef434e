package dev.finexl.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.embed.PngEncoder;
import dev.finexl.embed.RgbImage;
import dev.finexl.explain.BatchSize;
import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.ExplainRequest.LoraChoice;
import dev.finexl.explain.Explainer;
import dev.finexl.explain.OpenModels;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.Tensor;
import dev.finexl.store.Catalogue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A comparison from end to end: three LoRAs and two folders of pictures, with few pictures of few steps. */
class EvaluatorTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Path SHIPPED = Path.of("src/test/resources/zoo");
    private static final OpenModels MODELS = new OpenModels(new OnnxRuntime(OnnxSettings.cpu()));
    private static final Explainer EXPLAINER =
            new Explainer(new Catalogue(List.of()), null, MODELS, BatchSize.fixed(8), "test", null);
    private static final List<String> PROMPTS = List.of(
            "a red fish on a gray background",
            "a brown mountain under water",
            "an orange boat on a pink background",
            "a teal mushroom in the snow");
    private static final int IMAGES = PROMPTS.size();
    private static final int STEPS = 4;

    @TempDir
    static Path folder;

    private static Evaluation first;

    @BeforeAll
    static void compares() throws IOException {
        for (String name : List.of("vivid", "pair-vivid-outlined", "null-a")) {
            copy(name, folder.resolve("zoo"));
        }
        copy("null-a", folder.resolve("null"));
        drawPictures(folder.resolve("zoo/vivid-pictures"));
        first = evaluate(ExplainListener.NONE, "cache");
    }

    private static void copy(String name, Path zoo) throws IOException {
        Path target = Files.createDirectories(zoo.resolve(name));
        for (String file : List.of("truth.json", "pytorch_lora_weights.safetensors")) {
            Files.copy(SHIPPED.resolve(name).resolve(file), target.resolve(file));
        }
    }

    @AfterAll
    static void closesEverything() {
        MODELS.close();
        assertThat(Tensor.live()).isZero();
    }

    private static ExplainRequest request(List<LoraChoice> loras, int images, int steps) {
        return ExplainRequest.builder()
                .base("mini-diffusion")
                .loras(loras)
                .encoder("mini-clip")
                .prompts(PROMPTS)
                .steps(steps)
                .images(images)
                .seed(7L)
                .vocabulary("mini")
                .heads(List.of())
                .build();
    }

    private static void drawPictures(Path target) throws IOException {
        for (String side : List.of("base", "personalized")) {
            Files.createDirectories(target.resolve(side));
        }
        Files.copy(SHIPPED.resolve("vivid/truth.json"), target.resolve("truth.json"));
        ExplainListener saving = new ExplainListener() {
            @Override
            public void image(Side side, int index, RgbImage image) {
                try {
                    Files.write(target.resolve(side.key()).resolve(index + ".png"), PngEncoder.encode(image));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
        try (RunScope scope = new RunScope()) {
            EXPLAINER.explain(request(List.of(new LoraChoice("vivid", 1.0)), IMAGES, STEPS), saving, scope);
        }
    }

    private static Evaluation evaluate(ExplainListener listener, String cache) {
        return evaluate(
                new EvaluationSettings(folder.resolve("zoo"), null, request(List.of(), IMAGES, STEPS), false),
                listener,
                cache);
    }

    private static Evaluation evaluate(EvaluationSettings settings, ExplainListener listener, String cache) {
        try (RunScope scope = new RunScope()) {
            return new Evaluator(EXPLAINER).evaluate(settings, folder.resolve(cache), listener, scope);
        }
    }

    @Test
    void comparesEveryMethodOnEveryPersonalization() {
        assertThat(first.personalizations()).isEqualTo(4);
        // vivid at four weights, the pair, the null and the pictures.
        assertThat(first.answers()).hasSize(7);
        assertThat(first.methods().keySet())
                .containsExactlyElementsOf(
                        Contender.all().stream().map(Contender::id).toList());
        // The base, five of it with other seeds, six with LoRAs; and two folders.
        assertThat(first.imagesShared()).isEqualTo((1 + 5 + 6 + 2) * IMAGES);
        assertThat(first.imagesSampled()).isEqualTo(first.imagesShared());
        assertThat(first.methods().get(Explainer.DEFAULT_METHOD).firstAspect()).isEqualTo(1);
        assertThat(first.methods().get(Explainer.DEFAULT_METHOD).imagesUsed()).isEqualTo(2 * IMAGES);
    }

    @Test
    void saysOfGivenPicturesWhatItSaysOfSampledOnes() {
        // The settings name the prompts, and the pictures were drawn with them.
        Map<String, Evaluation.Said> given = answer("vivid-pictures").methods();
        Map<String, Evaluation.Said> sampled = answer("vivid").methods();
        assertThat(given).isEqualTo(sampled);
        assertThat(answer("vivid").methods().get(Explainer.DEFAULT_METHOD).named())
                .first()
                .isEqualTo("vivid");
    }

    private static Evaluation.Answer answer(String name) {
        return first.answers().stream()
                .filter(answer -> answer.name().equals(name) && answer.weight() == 1)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void samplesNothingTheSecondTime() throws IOException {
        Evaluation second = evaluate(ExplainListener.NONE, "cache");
        assertThat(second.imagesSampled()).isZero();
        assertThat(withoutTimes(second)).isEqualTo(withoutTimes(first));
    }

    private static String withoutTimes(Evaluation evaluation) throws IOException {
        ObjectNode json = MAPPER.valueToTree(evaluation);
        json.remove(List.of("seconds", "imagesSampled"));
        json.get("methods").forEach(metrics -> ((ObjectNode) metrics).remove("seconds"));
        return MAPPER.writeValueAsString(json);
    }

    @Test
    void goesOnWhereItWasStopped() {
        EvaluationSettings settings =
                new EvaluationSettings(folder.resolve("null"), List.of("naive"), request(List.of(), 2, 1), false);
        ExplainListener impatient = new ExplainListener() {
            @Override
            public void progress(Stage stage, long done, long total) {
                if (done >= 4) {
                    throw new CancellationException("enough");
                }
            }
        };
        assertThatThrownBy(() -> evaluate(settings, impatient, "stopped")).isInstanceOf(CancellationException.class);
        Evaluation resumed = evaluate(settings, ExplainListener.NONE, "stopped");
        assertThat(resumed.imagesShared()).isEqualTo((1 + 5 + 1) * 2);
        assertThat(resumed.imagesSampled()).isEqualTo(resumed.imagesShared() - 2);
        assertThat(resumed.methods().get("naive").error()).isNull();
        assertThat(resumed.methods().keySet()).containsExactly("naive");
    }

    @Test
    void writesAReportWithChartsThatAreXml() throws Exception {
        Path out = Files.createDirectories(folder.resolve("out"));
        EvaluationFiles.write(first, out);
        assertThat(out.resolve("report.md"))
                .content()
                .contains("| " + Explainer.DEFAULT_METHOD + " | 1.00 |")
                .contains("| pair-vivid-outlined |")
                .contains("![nnls](scores-nnls.svg)");
        try (Stream<Path> files = Files.list(out)) {
            List<Path> charts =
                    files.filter(file -> file.toString().endsWith(".svg")).toList();
            assertThat(charts).hasSize(1 + first.methods().size());
            for (Path chart : charts) {
                assertThat(DocumentBuilderFactory.newInstance()
                                .newDocumentBuilder()
                                .parse(chart.toFile())
                                .getDocumentElement()
                                .getTagName())
                        .isEqualTo("svg");
            }
        }
    }
}
