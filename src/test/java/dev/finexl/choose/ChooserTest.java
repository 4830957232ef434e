package dev.finexl.choose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.choose.Selection.Chosen;
import dev.finexl.choose.Selection.Understood;
import dev.finexl.explain.Answers;
import dev.finexl.explain.BatchSize;
import dev.finexl.explain.ExplainListener;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.Explainer;
import dev.finexl.explain.InvalidRequestException;
import dev.finexl.explain.OpenModels;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.CacheDirectory;
import dev.finexl.store.Catalogue;
import dev.finexl.store.ModelJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Choosing among the LoRAs of the zoo, whose truth is known. */
class ChooserTest {

    private static final Path ZOO = Path.of("src/test/resources/zoo").toAbsolutePath();
    private static final OpenModels MODELS = new OpenModels(new OnnxRuntime(OnnxSettings.cpu()));

    @TempDir
    static Path shared;

    @TempDir
    private Path folder;

    @AfterAll
    static void close() {
        MODELS.close();
    }

    private static Explainer explainer() {
        return new Explainer(new Catalogue(List.of(ZOO)), null, MODELS, BatchSize.fixed(8), "test", null)
                .remembering(new Answers(new CacheDirectory(shared.resolve("answers"), 1 << 26), null, 0));
    }

    /** With an index that the tests share, which fills as they go. */
    private static Chooser chooser(Path index) {
        ModelIndex models = new ModelIndex(index);
        return new Chooser(explainer().telling(new Indexing(models)), Optional.of(models));
    }

    private static ExplainRequest miniature() {
        return ExplainRequest.builder().base("mini-diffusion").images(16).build();
    }

    private static Selection select(Chooser chooser, SelectRequest request) {
        try (RunScope scope = new RunScope()) {
            return chooser.select(request, ExplainListener.NONE, scope);
        }
    }

    private static List<String> zoo() throws IOException {
        try (Stream<Path> entries = Files.list(ZOO)) {
            return entries.map(entry ->
                            entry.resolve("pytorch_lora_weights.safetensors").toString())
                    .sorted()
                    .toList();
        }
    }

    /** The LoRAs that were trained on one aspect alone, by their aspect. */
    private static List<String> singles() throws IOException {
        List<String> singles = new ArrayList<>();
        for (String lora : zoo()) {
            JsonNode truth = ModelJson.MAPPER.readTree(
                    Path.of(lora).resolveSibling("truth.json").toFile());
            if (truth.get("aspects").size() == 1) {
                assertThat(truth.get("name").asText())
                        .isEqualTo(truth.get("aspects").fieldNames().next());
                singles.add(truth.get("name").asText());
            }
        }
        return singles;
    }

    @Test
    void ranksTheLoraOfAnAspectFirstWhereThatAspectIsWished() throws Exception {
        Chooser chooser = chooser(shared.resolve("index"));
        assertThat(singles()).hasSizeGreaterThanOrEqualTo(4);
        for (String aspect : singles()) {
            Selection selection =
                    select(chooser, new SelectRequest(aspect, null, zoo(), miniature(), SelectRequest.MAX_LIMIT));
            assertThat(selection.models()).hasSize(zoo().size());
            assertThat(selection.models().getFirst().name()).isEqualTo(aspect);
            assertThat(selection.models().getFirst().why()).startsWith(aspect).contains("as wished");
            assertThat(selection.models()).extracting(Chosen::fit).isSortedAccordingTo((a, b) -> Double.compare(b, a));
        }
        // The first wish had all of them explained, and the others were answered by the index.
        Selection again = select(chooser, new SelectRequest("warm and vignetted", null, zoo(), miniature(), 1));
        assertThat(again.explained()).isZero();
        assertThat(again.models()).extracting(Chosen::name).containsExactly("pair-warm-vignetted");

        Selection searched = select(chooser, new SelectRequest("vivid, outlined", null, null, null, 3));
        assertThat(searched.searched()).isEqualTo(zoo().size());
        assertThat(searched.models())
                .hasSize(3)
                .first()
                .extracting(Chosen::name)
                .isEqualTo("pair-vivid-outlined");

        Selection unwanted = select(chooser, new SelectRequest("vivid, not outlined", null, null, miniature(), 1));
        assertThat(unwanted.models()).extracting(Chosen::name).containsExactly("vivid");

        Selection like = select(chooser, new SelectRequest(null, "pair-vivid-outlined", null, null, 2));
        assertThat(like.like().name()).isEqualTo("pair-vivid-outlined");
        assertThat(like.models()).extracting(Chosen::name).first().isEqualTo("vivid");
        assertThat(like.searched()).isEqualTo(zoo().size() - 1);
    }

    @Test
    void findsModelsThatAreLikeOneThatNobodyHasExplained() {
        Chooser chooser = chooser(folder);
        Selection selection =
                select(chooser, new SelectRequest(null, "vivid:0.5", List.of("pixelated", "vivid"), miniature(), null));
        assertThat(selection.explained()).isEqualTo(3);
        assertThat(selection.like().name()).isEqualTo("vivid:0.5");
        assertThat(selection.models()).extracting(Chosen::name).containsExactly("vivid", "pixelated");
        assertThat(selection.models().getFirst().fit()).isGreaterThan(0.8);
        assertThat(selection.models().get(1).fit()).isLessThan(0.5);
    }

    @Test
    void looksModelsUpByTheirContents() throws Exception {
        Path copy = folder.resolve("other-name.safetensors");
        Files.copy(ZOO.resolve("vivid/pytorch_lora_weights.safetensors"), copy);
        ModelIndex index = new ModelIndex(folder.resolve("index"));
        Chooser chooser = new Chooser(
                explainer().allowing(List.of(copy.toString())).telling(new Indexing(index)), Optional.of(index));
        String original = ZOO.resolve("vivid/pytorch_lora_weights.safetensors").toString();
        assertThat(select(chooser, new SelectRequest("vivid", null, List.of(original), miniature(), null))
                        .explained())
                .isOne();
        Selection known =
                select(chooser, new SelectRequest("vivid", null, List.of(copy.toString()), miniature(), null));
        assertThat(known.explained()).isZero();
        assertThat(known.models()).extracting(Chosen::name).containsExactly("other-name");

        Files.copy(ZOO.resolve("warm/pytorch_lora_weights.safetensors"), copy, StandardCopyOption.REPLACE_EXISTING);
        Selection changed =
                select(chooser, new SelectRequest("vivid", null, List.of(copy.toString()), miniature(), null));
        assertThat(changed.explained()).isOne();
        assertThat(changed.models().getFirst().fit()).isLessThan(0.5);
        assertThat(index.all()).hasSize(2);
    }

    @Test
    void takesWordsThatTheVocabularyDoesNotHaveForTheNearestConcept() {
        Selection selection = select(
                chooser(folder),
                new SelectRequest("vibrant colorful, qzxv, vivid", null, List.of("vivid"), miniature(), null));
        assertThat(selection.wish()).extracting(Understood::concept).containsExactly("vivid");
        assertThat(selection.ignored()).containsExactly("qzxv");
    }

    @Test
    void searchesManyModels() {
        ModelIndex index = new ModelIndex(folder);
        for (int i = 0; i < 300; i++) {
            index.add(IndexedModels.random(i));
        }
        index.add(IndexedModels.lora("right", "warm", 0.6, "grainy", 0.7));
        Selection selection = select(
                new Chooser(explainer(), Optional.of(index)),
                new SelectRequest("warm, grainy, not too dark", null, null, null, null));
        assertThat(selection.searched()).isEqualTo(301);
        assertThat(selection.models()).hasSize(10).first().satisfies(best -> {
            assertThat(best.fit()).isCloseTo(1, within(1e-9));
            assertThat(best.name()).isEqualTo("right");
        });
    }

    /** Whose words nobody has kept. */
    @Test
    void readsAWishAlthoughMostModelsWereExplainedWithConceptsOfTheRequest() {
        ModelIndex index = new ModelIndex(folder);
        index.add(IndexedModels.by("request", IndexedModels.lora("own", "sparkling", 0.9)));
        index.add(IndexedModels.by("request", IndexedModels.lora("other", "sparkling", 0.4)));
        index.add(IndexedModels.lora("right", "warm", 0.6));
        Selection selection =
                select(new Chooser(explainer(), Optional.of(index)), new SelectRequest("warm", null, null, null, null));
        assertThat(selection.models())
                .first()
                .satisfies(best -> assertThat(best.name()).isEqualTo("right"));
    }

    private void refuses(SelectRequest request, String field, String message) {
        Chooser chooser = new Chooser(explainer(), Optional.of(new ModelIndex(folder)));
        assertThatThrownBy(() -> select(chooser, request)).isInstanceOfSatisfying(InvalidRequestException.class, e -> {
            assertThat(e.field()).isEqualTo(field);
            assertThat(e).hasMessageContaining(message);
        });
    }

    @Test
    void refusesWhatCannotBeMeant() {
        refuses(new SelectRequest(null, null, null, null, null), "wish", "either 'wish' or 'like'");
        refuses(new SelectRequest("vivid", "vivid", null, null, null), "wish", "either 'wish' or 'like'");
        refuses(new SelectRequest("vivid", null, List.of("vivid"), null, null), "request.base", "expected the base");
        refuses(new SelectRequest("vivid", null, null, null, null), "models", "the index has none");
        refuses(new SelectRequest("vivid", null, List.of("nothing"), miniature(), null), "models[0]", "nothing");
        refuses(new SelectRequest("vivid", null, List.of("mini-clip"), miniature(), null), "models[0]", "is a encoder");
        refuses(new SelectRequest("qzxv", null, List.of("vivid"), miniature(), null), "wish", "qzxv");
        refuses(new SelectRequest("x\u202ey", null, List.of("vivid"), miniature(), null), "wish", "U+202E");
        refuses(
                new SelectRequest(
                        "vivid",
                        null,
                        null,
                        miniature().toBuilder().personalized("mini-gan").build(),
                        null),
                "request",
                "in common");
        Chooser without = new Chooser(explainer(), Optional.empty());
        assertThatThrownBy(() -> select(without, new SelectRequest("vivid", null, null, null, null)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("finexl.index.location");
    }
}
