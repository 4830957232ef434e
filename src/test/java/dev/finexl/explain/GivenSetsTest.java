package dev.finexl.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.finexl.embed.PngEncoder;
import dev.finexl.embed.RgbImage;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.Catalogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two folders of a GAN's pictures, paired by name, by position or not at all. */
class GivenSetsTest {

    private static final OpenModels MODELS = new OpenModels(new OnnxRuntime(OnnxSettings.cpu()));
    private static final int PICTURES = 24;

    @TempDir
    static Path root;

    private static Explainer explainer;

    @BeforeAll
    static void draw() throws IOException {
        Map<Side, Map<Integer, RgbImage>> drawn = new EnumMap<>(Side.class);
        ExplainListener keep = new ExplainListener() {
            @Override
            public void image(Side side, int index, RgbImage image) {
                drawn.computeIfAbsent(side, s -> new TreeMap<>()).put(index, image);
            }

            @Override
            public Pictures pictures() {
                return Pictures.ALL;
            }
        };
        explainer = new Explainer(new Catalogue(List.of(root)), "mini-clip", MODELS, BatchSize.fixed(4), "test", null);
        try (RunScope scope = new RunScope()) {
            explainer.explain(
                    ExplainRequest.builder()
                            .base("mini-gan")
                            .personalized("mini-gan-dark")
                            .images(PICTURES)
                            .sequential(false)
                            .build(),
                    keep,
                    scope);
        }
        write("base", drawn.get(Side.BASE), "", 0, PICTURES);
        write("same-names", drawn.get(Side.PERSONALIZED), "", 0, PICTURES);
        write("other-names", drawn.get(Side.PERSONALIZED), "dark-", 0, PICTURES);
        write("fewer", drawn.get(Side.PERSONALIZED), "dark-", 4, PICTURES);
        write("one-name", drawn.get(Side.PERSONALIZED), "", PICTURES - 1, PICTURES);
    }

    @AfterAll
    static void close() {
        MODELS.close();
    }

    private static void write(String folder, Map<Integer, RgbImage> images, String prefix, int from, int to)
            throws IOException {
        Path path = Files.createDirectories(root.resolve(folder));
        for (int i = from; i < to; i++) {
            Files.write(path.resolve("%s%02d.png".formatted(prefix, i)), PngEncoder.encode(images.get(i)));
        }
    }

    private static Explanation explain(String other, String pairing) {
        try (RunScope scope = new RunScope()) {
            return explainer.explain(request(other, pairing).build(), ExplainListener.NONE, scope);
        }
    }

    private static ExplainRequestBuilder request(String other, String pairing) {
        return ExplainRequest.builder()
                .baseImages(root.resolve("base").toString())
                .personalizedImages(root.resolve(other).toString())
                .promptSet("mini")
                .vocabulary("mini")
                .pairing(pairing);
    }

    @Test
    void pairsByNameThenByPositionThenNotAtAll() {
        Explanation named = explain("same-names", null);
        Explanation placed = explain("other-names", null);
        Explanation free = explain("fewer", null);

        assertThat(named.provenance().pairing()).isEqualTo(Pairing.NAME);
        assertThat(placed.provenance().pairing()).isEqualTo(Pairing.POSITION);
        assertThat(free.provenance().pairing()).isEqualTo(Pairing.NONE);
        assertThat(named.aspects()).isNotEmpty().isEqualTo(placed.aspects());
        assertThat(named.aspects().getFirst().name()).isEqualTo("dark");
        assertThat(placed.warnings()).anyMatch(warning -> warning.contains("paired by position"));
        assertThat(free.summary()).contains("unpaired");
        assertThat(free.pairs()).isEmpty();
        assertThat(free.examples()).isEmpty();
        assertThat(placed.pairs())
                .isNotEmpty()
                .allSatisfy(pair -> assertThat(pair.baseFile()).isNotNull());
        assertThat(named.summary() + placed.summary()).doesNotContain("unpaired");
        assertThat(free.warnings()).anyMatch(warning -> warning.contains("Unpaired"));
        assertThat(free.provenance().images()).isEqualTo(PICTURES - 4);
        assertThat(named.warnings()).noneMatch(warning -> warning.contains("position"));
    }

    @Test
    void withoutPairsTheSameChangeIsLessCertain() {
        Explanation pairs = explain("same-names", "name");
        Explanation free = explain("same-names", "none");

        assertThat(free.divergenceNorm()).isCloseTo(pairs.divergenceNorm(), within(1e-9));
        assertThat(free.changed()).isTrue();
        assertThat(free.aspects().getFirst().name()).isEqualTo("dark");
        assertThat(free.aspects().getFirst().interval().halfWidth())
                .isGreaterThan(pairs.aspects().getFirst().interval().halfWidth());
        assertThat(free.heads().values())
                .isNotEmpty()
                .allSatisfy(outputs -> assertThat(outputs).isNotEmpty());
    }

    /** The directions need prompts; whose they are decides what the scores are worth. */
    @Test
    void saysWhosePromptsTheDirectionsHave() {
        ExplainRequestBuilder unknown = ExplainRequest.builder()
                .baseImages(root.resolve("base").toString())
                .personalizedImages(root.resolve("same-names").toString());
        try (RunScope scope = new RunScope()) {
            Explanation explanation = explainer.explain(unknown.build(), ExplainListener.NONE, scope);
            assertThat(explanation.warnings())
                    .anyMatch(warning ->
                            warning.contains("prompts are not known") && warning.contains("prompt set mini"));
            assertThat(explanation.provenance().prompts().name()).isEqualTo("mini");
            assertThat(explanation.aspects().getFirst().name()).isEqualTo("dark");
        }
        assertThat(explain("same-names", null).warnings())
                .noneMatch(warning -> warning.contains("prompts are not known"));
    }

    @Test
    void refusesWhatCannotBePaired() {
        assertRefused("pairing", request("fewer", "position"));
        assertRefused("pairing", request("fewer", "colour"));
        assertRefused("baseImages", request("fewer", "name"));
        assertRefused("baseImages", request("one-name", null));
        assertRefused("propose", request("fewer", "none").propose(true));
        assertRefused(
                "pairing",
                ExplainRequest.builder()
                        .base("mini-gan")
                        .personalized("mini-gan-dark")
                        .pairing("none"));
    }

    private static void assertRefused(String field, ExplainRequestBuilder request) {
        try (RunScope scope = new RunScope()) {
            assertThatThrownBy(() -> explainer.explain(request.build(), ExplainListener.NONE, scope))
                    .isInstanceOfSatisfying(
                            InvalidRequestException.class,
                            e -> assertThat(e.field()).isEqualTo(field));
        }
    }
}
