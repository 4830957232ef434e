package dev.finexl.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.finexl.store.Catalogue;
import dev.finexl.store.CatalogueEntry;
import dev.finexl.store.CatalogueItem;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelKind;
import dev.finexl.store.ModelReferenceException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class S3ModelsTest {

    private static ObservedStorage storage;
    private static S3Connection connection;

    @TempDir
    private Path temporary;

    @BeforeAll
    static void start() throws Exception {
        storage = new ObservedStorage();
        connection = new S3Connection(StorageServer.settings(storage.endpoint()));
        storage.storage().bucket("shared");
        put("models/diffusion/model_index.json");
        put("models/diffusion/unet/config.json");
        put("models/encoder/config.json");
        put("models/encoder/onnx/model.onnx");
        put("models/head/head.json");
        put("models/head/config.json");
        put("models/style.safetensors");
        put("models/notes.txt");
        put("models/pictures/0.png");
        put("models/pictures/1.png");
        put("models/pictures/more/2.png");
        put("models-secret/style.safetensors");
    }

    @AfterAll
    static void stop() throws Exception {
        connection.close();
        storage.close();
    }

    @BeforeEach
    void reset() {
        storage.reset();
    }

    private static void put(String key) {
        storage.storage().put("shared", key, key.getBytes());
    }

    private Catalogue catalogue(S3Connection to, String... allowed) {
        CacheSettings settings = new CacheSettings(temporary, 1 << 20, 4, 1 << 16, 0);
        return new Catalogue(List.of(), new S3Models(to, S3AllowList.parse(List.of(allowed)), settings));
    }

    private Catalogue catalogue() {
        return catalogue(connection, "s3://shared/models");
    }

    @ParameterizedTest
    @CsvSource({
        "s3://shared/models/diffusion, DIFFUSION, unet/config.json",
        "s3://shared/models/encoder/, ENCODER, onnx/model.onnx",
        "s3://shared/models/head, HEAD, config.json",
        "s3://shared/models/style.safetensors, LORA, style.safetensors"
    })
    void tellsTheKindsOfModels(String reference, ModelKind kind, String file) {
        CatalogueEntry entry = catalogue().find(reference);
        assertThat(entry.kind()).isEqualTo(kind);
        assertThat(entry.reference()).isEqualTo(reference.replaceFirst("/$", ""));
        assertThat(entry.files().reference()).isEqualTo(entry.reference());
        assertThat(entry.files().has(file)).isTrue();
        assertThat(entry.file()).isEqualTo(kind == ModelKind.LORA ? file : "");
    }

    @Test
    void readsAFolderOfPicturesWithoutItsFolders() {
        CatalogueEntry folder = catalogue().folder("s3://shared/models/pictures/");
        assertThat(folder.kind()).isEqualTo(ModelKind.FOLDER);
        assertThat(folder.files().names()).containsExactly("0.png", "1.png");
        assertThat(storage.reads("more/2.png")).isZero();
    }

    @Test
    void listsTheModelsThatMayBeRead() {
        assertThat(catalogue(connection, "s3://shared/models/", "s3://shared/models/encoder")
                        .list())
                .filteredOn(item -> item.reference().startsWith("s3:"))
                .extracting(CatalogueItem::reference, CatalogueItem::kind)
                .containsExactly(
                        tuple("s3://shared/models/diffusion", ModelKind.DIFFUSION),
                        tuple("s3://shared/models/encoder", ModelKind.ENCODER),
                        tuple("s3://shared/models/head", ModelKind.HEAD),
                        tuple("s3://shared/models/style.safetensors", ModelKind.LORA),
                        tuple("s3://shared/models/encoder", ModelKind.ENCODER));
        assertThat(storage.reads()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3://shared/models-secret/style.safetensors",
                "s3://shared/models/../models-secret/style.safetensors",
                "s3://shared",
                "s3://elsewhere/models/encoder",
                "s3://shared/models//encoder"
            })
    void asksStorageForNothingThatIsNotAllowed(String reference) {
        assertThatThrownBy(() -> catalogue().find(reference)).isInstanceOf(ModelReferenceException.class);
        assertThatThrownBy(() -> catalogue().folder(reference)).isInstanceOf(ModelReferenceException.class);
        assertThat(storage.requests()).isEmpty();
    }

    @Test
    void allowsNothingUnlessToldTo() {
        assertThatThrownBy(() -> catalogue(connection).find("s3://shared/models/encoder"))
                .isInstanceOf(ModelReferenceException.class)
                .hasMessageContaining("finexl.storage.allowed");
        assertThat(catalogue(connection).list()).isEqualTo(new Catalogue(List.of()).list());
        assertThatThrownBy(() -> new Catalogue(List.of()).find("s3://shared/models/encoder"))
                .isInstanceOf(ModelReferenceException.class);
        assertThat(storage.requests()).isEmpty();
    }

    @Test
    void letsTheUserOfACommandLineReadWhatHeNames() {
        String named = "s3://shared/models-secret/style.safetensors";
        Catalogue catalogue = catalogue().allowing(List.of(named, "mini-clip", "vivid"));
        assertThat(catalogue.find(named).kind()).isEqualTo(ModelKind.LORA);
        assertThatThrownBy(() -> catalogue.find("s3://shared/models-secret"))
                .isInstanceOf(ModelReferenceException.class);
    }

    @Test
    void saysWhatIsNoModel() {
        assertThatThrownBy(() -> catalogue().find("s3://shared/models/pictures"))
                .isInstanceOf(ModelReferenceException.class)
                .hasMessageContaining("of no known kind");
        assertThatThrownBy(() -> catalogue().find("s3://shared/models/none"))
                .isInstanceOf(ModelReferenceException.class)
                .hasMessageContaining("s3://shared/models/none/: there are no objects");
        assertThatThrownBy(() -> catalogue().find("s3://shared/models/none.safetensors"))
                .isInstanceOf(ModelReferenceException.class)
                .hasMessageContaining("s3://shared/models/none.safetensors: there is no such");
        assertThatThrownBy(() -> catalogue(connection, "s3://nowhere").find("s3://nowhere/model"))
                .isInstanceOf(ModelReferenceException.class)
                .hasMessageContaining("no such bucket");
        assertThat(storage.reads()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../other/config.json",
                "onnx/../../config.json",
                "/config.json",
                "onnx//model.onnx",
                "./config.json",
                "a\\b",
                "Config.json",
                "config.json/x",
                "ONNX/model.onnx",
                "onnx"
            })
    void refusesKeysThatCannotBeFiles(String name) {
        storage.tamper((request, answer) -> request.lists() ? listing("config.json", "onnx/model.onnx", name) : answer);
        assertThatThrownBy(() -> catalogue().find("s3://shared/models/encoder"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("s3://shared/models/encoder/: object");
        assertThat(storage.reads()).isZero();
    }

    @Test
    void listsNothingThatCouldNotBeRead() {
        storage.tamper(
                (request, answer) -> request.lists() ? listing("config.json", "../x.safetensors", "a//b") : answer);
        assertThat(catalogue(connection, "s3://shared/models/encoder").list())
                .filteredOn(item -> item.reference().startsWith("s3:"))
                .containsExactly(new CatalogueItem("s3://shared/models/encoder", ModelKind.ENCODER));
    }

    @ParameterizedTest
    @ValueSource(strings = {"<ETag>\"0\"</ETag><Size>9000000000000000000</Size>", "<Size>1</Size>"})
    void refusesObjectsWithoutAStateOrOfImpossibleSize(String state) {
        storage.tamper((request, answer) -> request.lists() ? listing(state, List.of("config.json")) : answer);
        assertThatThrownBy(() -> catalogue().find("s3://shared/models/encoder"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("s3://shared/models/encoder/config.json: the object storage tells");
    }

    @Test
    void takesNoNoticeOfFolderMarkers() {
        put("marked/config.json");
        storage.storage().put("shared", "marked/", new byte[0]);
        storage.storage().put("shared", "marked/onnx/", new byte[0]);
        Catalogue catalogue = catalogue(connection, "s3://shared/marked");
        assertThat(catalogue.find("s3://shared/marked").files().names()).containsExactly("config.json");
    }

    @Test
    void refusesAFolderOfEndlessObjects() {
        String[] names = new String[S3Listing.MOST_OBJECTS + 1];
        for (int i = 0; i < names.length; i++) {
            names[i] = "%05d.png".formatted(i);
        }
        storage.tamper((request, answer) -> request.lists() ? listing(names) : answer);
        assertThatThrownBy(() -> catalogue().find("s3://shared/models/encoder"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("more than 10000 objects");
    }

    private static ObservedStorage.Answer listing(String... names) {
        return listing("<ETag>\"0\"</ETag><Size>1</Size>", List.of(names));
    }

    private static ObservedStorage.Answer listing(String state, List<String> names) {
        StringBuilder xml = new StringBuilder("<ListBucketResult><IsTruncated>false</IsTruncated>");
        for (String name : names) {
            xml.append("<Contents><Key>models/encoder/%s</Key>%s</Contents>".formatted(name, state));
        }
        byte[] body = xml.append("</ListBucketResult>").toString().getBytes();
        return new ObservedStorage.Answer(200, Map.of("Content-Type", "application/xml"), body, body.length);
    }

    @ParameterizedTest
    @CsvSource({
        "403, AccessDenied, access is denied",
        "403, InvalidAccessKeyId, no credentials",
        "403, InvalidObjectState, archived",
        "400, ExpiredToken, no credentials",
        "400, AuthorizationHeaderMalformed, another region",
        "301, PermanentRedirect, another region",
        "404, NoSuchBucket, no such bucket",
        "400, InvalidRequest, refuses the request",
        "503, SlowDown, busy"
    })
    void saysWhatWentWrongAndNothingElse(int status, String code, String said) {
        storage.tamper((request, answer) -> ObservedStorage.Answer.failing(status, code));
        S3Settings impatient = new S3Settings(Optional.of(storage.endpoint()), Optional.empty(), true, 0);
        try (S3Connection other = new S3Connection(impatient)) {
            assertThatThrownBy(() -> catalogue(other, "s3://shared/models").find("s3://shared/models/encoder"))
                    .isInstanceOfAny(ModelReferenceException.class, ModelFileException.class)
                    .hasMessageContaining("s3://shared/models/encoder: ")
                    .hasMessageContaining(said)
                    .message()
                    .doesNotContain("secret")
                    .doesNotContain("127.0.0.1");
        }
    }

    @Test
    void saysThatNobodyAnswers() throws Exception {
        URI nobody;
        try (ServerSocket closed = new ServerSocket(0)) {
            nobody = URI.create("http://127.0.0.1:" + closed.getLocalPort());
        }
        try (S3Connection other = new S3Connection(new S3Settings(Optional.of(nobody), Optional.empty(), true, 0))) {
            assertThatThrownBy(() -> catalogue(other, "s3://shared/models").find("s3://shared/models/encoder"))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessage("s3://shared/models/encoder: the object storage does not answer");
        }
    }
}
