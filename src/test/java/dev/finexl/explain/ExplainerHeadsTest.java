package dev.finexl.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.finexl.embed.EncoderException;
import dev.finexl.explain.ExplainRequest.PolicyRule;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.onnx.Tensor;
import dev.finexl.store.Catalogue;
import dev.finexl.store.CatalogueEntry;
import dev.finexl.store.CatalogueItem;
import dev.finexl.store.ModelFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the bundled head says of the bundled LoRAs, whose training is known, and what is refused. */
class ExplainerHeadsTest {

    private static final OpenModels MODELS = new OpenModels(new OnnxRuntime(OnnxSettings.cpu()));
    private static final Explainer EXPLAINER =
            new Explainer(new Catalogue(List.of()), null, MODELS, BatchSize.fixed(8), "test", null);

    @TempDir
    private Path folder;

    @AfterAll
    static void closesEverything() {
        MODELS.close();
        assertThat(OnnxSession.live()).isZero();
        assertThat(Tensor.live()).isZero();
    }

    /** @param images null for one for each prompt */
    private static ExplainRequest request(
            String lora, Integer images, Integer steps, List<String> heads, List<PolicyRule> policy) {
        return Requests.withLoras(List.of(lora), "images", images, "steps", steps, "heads", heads, "policy", policy);
    }

    private static Explanation explain(ExplainRequest request) {
        return explain(EXPLAINER, request);
    }

    private static Explanation explain(Explainer explainer, ExplainRequest request) {
        try (RunScope scope = new RunScope()) {
            return explainer.explain(request, ExplainListener.NONE, scope);
        }
    }

    private static HeadOutput output(Explanation explanation, String name) {
        return explanation.heads().get("mini-levels").stream()
                .filter(output -> output.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void measuresWhatALoraWasTrainedOnAndHoldsItAgainstThePolicy() {
        Explanation explanation = explain(request(
                "vivid",
                null,
                null,
                null,
                List.of(
                        new PolicyRule("mini-levels", "vivid", 0.1, null, null),
                        new PolicyRule("mini-levels", "dark", 0.1, null, null))));

        assertThat(explanation.heads()).containsOnlyKeys("mini-levels");
        List<HeadOutput> outputs = explanation.heads().get("mini-levels");
        assertThat(outputs)
                .hasSize(16)
                .isSortedAccordingTo(Comparator.comparingDouble(output -> -Math.abs(output.change())));
        HeadOutput vivid = output(explanation, "vivid");
        assertThat(outputs.getFirst()).isEqualTo(vivid);
        assertThat(vivid.changed()).isTrue();
        assertThat(vivid.interval().low()).isPositive();
        assertThat(vivid.pValue()).isLessThan(0.01);
        assertThat(vivid.personalized() - vivid.base()).isCloseTo(vivid.change(), within(1e-12));
        assertThat(vivid.unit()).isEqualTo("level, 0 = absent, 1 = full");
        assertThat(vivid.heldOutError()).isEqualTo(0.0593);
        assertThat(explanation.policy().passed()).isFalse();
        assertThat(explanation.policy().verdicts())
                .extracting(PolicyResult.Verdict::passed)
                .containsExactly(false, true);
        Provenance.Model head = explanation.provenance().models().stream()
                .filter(model -> model.role().equals("head"))
                .findFirst()
                .orElseThrow();
        assertThat(head.reference()).isEqualTo("classpath:mini-levels");
        assertThat(head.files()).containsOnlyKeys("head.json", "model.onnx");
        assertThat(head.files().get("model.onnx")).matches("[0-9a-f]{64}");
    }

    @Test
    void measuresBothAspectsOfALoraThatWasTrainedOnTwo() {
        Explanation explanation = explain(request("pair-grainy-dark", null, null, null, null));

        HeadOutput dark = output(explanation, "dark");
        assertThat(explanation.heads().get("mini-levels").getFirst()).isEqualTo(dark);
        assertThat(dark.changed()).isTrue();
        assertThat(dark.interval().low()).isPositive();
        // The miniature draws grain faintly: it shows in the mean of so few pictures, but not beyond chance.
        assertThat(output(explanation, "grainy").change()).isGreaterThan(0.01);
        assertThat(output(explanation, "vignetted").changed()).isFalse();
        assertThat(explanation.policy()).isNull();
    }

    @Test
    void measuresNothingWhereNoHeadIsWanted() {
        Explanation explanation = explain(request("vivid", 2, 2, List.of(), null));

        assertThat(explanation.heads()).isEmpty();
        assertThat(explanation.provenance().models())
                .extracting(Provenance.Model::role)
                .doesNotContain("head");
        JsonNode json = new ObjectMapper().valueToTree(explanation);
        assertThat(json.has("policy")).isFalse();
        assertThat(json.get("heads").isEmpty()).isTrue();
    }

    @Test
    void measuresSeveralHeadsEachByItsName() throws IOException {
        Explainer explainer = EXPLAINER.allowing(List.of(folder.toString()));
        Path copy = copyOfHead("copy", json -> json.replace("\"mini-levels\"", "\"copy\""));

        Explanation explanation =
                explain(explainer, request("vivid", 2, 2, List.of("mini-levels", copy.toString()), null));

        assertThat(explanation.heads()).containsOnlyKeys("mini-levels", "copy");
        assertThat(explanation.heads().get("copy"))
                .isEqualTo(explanation.heads().get("mini-levels"));
    }

    @Test
    void findsAHeadByItsFolder() throws IOException {
        Path copy = copyOfHead("head", json -> json);
        assertThat(new Catalogue(List.of(folder)).list())
                .extracting(CatalogueItem::reference, entry -> entry.kind().label())
                .contains(tuple("head", "head"))
                .contains(tuple("classpath:mini-levels", "head"));
        assertInvalid("heads[1]", "two heads have the name 'mini-levels'", List.of("mini-levels", copy.toString()));
    }

    @Test
    void warnsOfAHeadThatWasTrainedOnAnotherEncodersEmbeddings() throws IOException {
        Path copy = copyOfHead("head", json -> json.replace("\"mini-clip\"", "\"clip-vit-base-patch32\""));

        Explanation explanation = explain(
                EXPLAINER.allowing(List.of(folder.toString())), request("vivid", 2, 2, List.of(copy.toString()), null));

        assertThat(explanation.warnings()).hasSize(2).first().asString().contains("clip-vit-base-patch32");
        assertThat(explanation.warnings().getLast()).contains("2 pictures");
    }

    @Test
    void refusesHeadsAndPoliciesThatCannotBeMeant() {
        assertInvalid("heads[0]", "expected a head", List.of("vivid"));
        assertInvalid("heads[1]", "'nope'", List.of("mini-levels", "nope"));
        assertThatThrownBy(() -> explain(request(
                        "vivid", 2, 2, List.of(), List.of(new PolicyRule("mini-levels", "dark", 0.1, null, null)))))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.field()).isEqualTo("policy[0].head"));
    }

    private void assertInvalid(String field, String said, List<String> heads) {
        assertThatThrownBy(() ->
                        explain(EXPLAINER.allowing(List.of(folder.toString())), request("vivid", 2, 2, heads, null)))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.field()).isEqualTo(field))
                .hasMessageContaining(said);
    }

    @Test
    void aBrokenHeadLeavesNothingOpen() throws IOException {
        explain(request("vivid", 2, 2, List.of("mini-levels"), null));
        int sessions = OnnxSession.live();
        int tensors = Tensor.live();
        Path misspelt = copyOfHead("misspelt", json -> json.replace("\"unit\"", "\"units\""));
        Path longer = copyOfHead(
                "longer",
                json -> json.replace("\"vivid\"", "\"vivid\"}, {\"name\": \"more\"")
                        .replace("\"mini-levels\"", "\"longer\""));
        Explainer explainer = EXPLAINER.allowing(List.of(folder.toString()));

        assertThatThrownBy(() -> explain(explainer, request("vivid", 2, 2, List.of(misspelt.toString()), null)))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("units");
        assertThatThrownBy(() ->
                        explain(explainer, request("vivid", 2, 2, List.of("mini-levels", longer.toString()), null)))
                .isInstanceOf(EncoderException.class)
                .hasMessageContaining("expected 17 real numbers");
        assertThat(OnnxSession.live()).isEqualTo(sessions);
        assertThat(Tensor.live()).isEqualTo(tensors);
    }

    private Path copyOfHead(String name, UnaryOperator<String> edit) throws IOException {
        Path copy = Files.createDirectories(folder.resolve(name));
        CatalogueEntry head = new Catalogue(List.of()).find("mini-levels");
        try (InputStream model = head.files().open("model.onnx")) {
            Files.copy(model, copy.resolve("model.onnx"));
        }
        try (InputStream json = head.files().open("head.json")) {
            Files.writeString(
                    copy.resolve("head.json"), edit.apply(new String(json.readAllBytes(), StandardCharsets.UTF_8)));
        }
        return copy;
    }
}
