package dev.finexl.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSettings;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.Catalogue;
import dev.finexl.store.s3.CacheSettings;
import dev.finexl.store.s3.S3AllowList;
import dev.finexl.store.s3.S3Connection;
import dev.finexl.store.s3.S3Models;
import dev.finexl.store.s3.StorageServer;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Explanations of models that lie in object storage. */
class StoredModelsTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final OpenModels MODELS = new OpenModels(new OnnxRuntime(OnnxSettings.cpu()));

    private static StorageServer storage;
    private static S3Connection connection;

    @TempDir
    private Path cache;

    @BeforeAll
    static void upload() throws Exception {
        storage = new StorageServer();
        storage.bucket("models");
        storage.upload(bundled("mini-diffusion"), "models", "base");
        storage.upload(bundled("mini-clip"), "models", "encoders/mini-clip");
        storage.upload(bundled("heads/mini-levels"), "models", "levels");
        storage.upload(bundled("loras"), "models", "loras");
        storage.upload(testResource("/golden/mini"), "models", "pictures");
        connection = new S3Connection(StorageServer.settings(storage.endpoint()));
    }

    @AfterAll
    static void close() throws Exception {
        MODELS.close();
        connection.close();
        storage.close();
    }

    private static Path bundled(String model) throws URISyntaxException {
        return testResource("/models/" + model);
    }

    private static Path testResource(String name) throws URISyntaxException {
        return Path.of(StoredModelsTest.class.getResource(name).toURI());
    }

    private Explainer explainer() {
        CacheSettings settings = new CacheSettings(cache, 1L << 30, 4, 1 << 20, 2);
        S3Models models = new S3Models(connection, S3AllowList.parse(List.of("s3://models")), settings);
        return new Explainer(new Catalogue(List.of(), models), null, MODELS, BatchSize.fixed(8), "test", null);
    }

    private Explanation explain(ExplainRequest request, ExplainListener listener) {
        try (RunScope scope = new RunScope()) {
            return explainer().explain(request, listener, scope);
        }
    }

    private static ExplainRequest stored() {
        return Requests.withLoras(
                List.of("s3://models/loras/vivid.safetensors"),
                "base",
                "s3://models/base/",
                "encoder",
                "s3://models/encoders/mini-clip",
                "heads",
                List.of("s3://models/levels"),
                "images",
                6);
    }

    @Test
    void answersAsForTheSameModelsThatAreBundled() {
        List<ExplainListener.Stage> stages = new ArrayList<>();
        Explanation stored = explain(stored(), new ExplainListener() {
            @Override
            public void progress(Stage stage, long done, long total) {
                if (stages.isEmpty() || stages.getLast() != stage) {
                    stages.add(stage);
                }
            }
        });
        Explanation bundled = explain(Requests.withLoras(List.of("vivid"), "images", 6), ExplainListener.NONE);
        assertThat(comparable(stored)).isEqualTo(comparable(bundled));
        assertThat(stored.aspects().getFirst().name()).isEqualTo("vivid");
        assertThat(stages)
                .startsWith(ExplainListener.Stage.DOWNLOADING, ExplainListener.Stage.LOADING)
                .containsOnlyOnce(ExplainListener.Stage.DOWNLOADING);
        assertThat(stored.usage().stages()).containsKey("downloading");
        assertThat(bundled.usage().stages()).doesNotContainKey("downloading");
    }

    /** All but times and the references by which the models were found; the hashes of the models' files stay. */
    private static JsonNode comparable(Explanation explanation) {
        JsonNode json = MAPPER.valueToTree(explanation);
        ((ObjectNode) json.get("usage")).remove("stages");
        ArrayNode models = (ArrayNode) json.get("provenance").get("models");
        models.forEach(model -> ((ObjectNode) model).remove("reference"));
        return json;
    }

    @Test
    void comparesTwoFoldersOfPictures() {
        Explanation explanation = explain(
                Requests.withLoras(
                        List.of(),
                        "base",
                        null,
                        "baseImages",
                        "s3://models/pictures",
                        "personalizedImages",
                        "s3://models/pictures",
                        "encoder",
                        "mini-clip",
                        "prompts",
                        List.of("a red circle", "a blue square"),
                        "concepts",
                        List.of(Map.of("name", "vivid"), Map.of("name", "dark"))),
                ExplainListener.NONE);
        assertThat(explanation.changed()).isFalse();
        assertThat(explanation.provenance().images()).isPositive();
    }

    @Test
    void namesTheFieldOfAReferenceThatLeadsNowhere() {
        assertThatThrownBy(() -> explain(
                        Requests.withLoras(List.of("s3://models/loras/none.safetensors")), ExplainListener.NONE))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("s3://models/loras/none.safetensors")
                .extracting(e -> ((InvalidRequestException) e).field())
                .isEqualTo("loras[0].model");
    }

    @Test
    void canBeCancelledWhileItDownloads() {
        try (RunScope scope = new RunScope()) {
            ExplainListener impatient = new ExplainListener() {
                @Override
                public void progress(Stage stage, long done, long total) {
                    if (stage == Stage.DOWNLOADING) {
                        scope.cancel();
                    }
                }
            };
            assertThatThrownBy(() -> explainer().explain(stored(), impatient, scope))
                    .isInstanceOf(CancellationException.class);
        }
    }
}
