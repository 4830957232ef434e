package dev.finexl.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.store.DirectoryResults;
import dev.finexl.store.ResultStore;
import dev.finexl.store.StorageException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both stores of results keep the same promises. */
class ResultStoreTest {

    private static StorageServer server;
    private static S3Connection connection;

    @TempDir
    private Path temporary;

    private enum Kind {
        DIRECTORY,
        S3
    }

    @BeforeAll
    static void start() throws Exception {
        server = new StorageServer();
        server.bucket("results");
        connection = new S3Connection(StorageServer.settings(server.endpoint()));
    }

    @AfterAll
    static void stop() throws Exception {
        connection.close();
        server.close();
    }

    private ResultStore store(Kind kind, String folder) {
        return switch (kind) {
            case DIRECTORY -> new DirectoryResults(temporary.resolve(folder));
            case S3 -> new S3Results(connection, S3Location.parse("s3://results/" + folder));
        };
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @EnumSource
    void keepsAResult(Kind kind) {
        ResultStore store = store(kind, "keeps");
        assertThat(store.get("audits/0a1b.json")).isEmpty();
        store.put("audits/0a1b.json", bytes("{}"), "application/json");
        assertThat(store.get("audits/0a1b.json")).hasValue(bytes("{}"));
        store.put("audits/0a1b.json", bytes("[]"), "application/json");
        assertThat(store.get("audits/0a1b.json")).hasValue(bytes("[]"));
        assertThat(store.describe("audits/0a1b.json")).endsWith("keeps/audits/0a1b.json");
    }

    @ParameterizedTest
    @EnumSource
    void removesAResultThatMayBeThere(Kind kind) {
        ResultStore store = store(kind, "removes");
        store.delete("a/b.json");
        store.put("a/b.json", bytes("{}"), "application/json");
        store.put("a/c.json", bytes("{}"), "application/json");
        store.below("a/").delete("b.json");
        assertThat(store.get("a/b.json")).isEmpty();
        assertThat(store.get("a/c.json")).isPresent();
        assertThatThrownBy(() -> store.delete("../b.json")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @EnumSource
    void keepsTheFirstOfSeveralResults(Kind kind) throws Exception {
        ResultStore store = store(kind, "first");
        List<Callable<Boolean>> writers = IntStream.range(0, 8)
                .mapToObj(
                        i -> (Callable<Boolean>) () -> store.putIfAbsent("one.json", bytes("" + i), "application/json"))
                .toList();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> kept = threads.invokeAll(writers);
            List<Integer> winners = IntStream.range(0, 8)
                    .filter(i -> kept.get(i).resultNow())
                    .boxed()
                    .toList();
            assertThat(winners).hasSize(1);
            assertThat(store.get("one.json")).hasValue(bytes("" + winners.getFirst()));
        }
    }

    @Test
    void knowsItsOwnResultWhenTheAnswerWasLost() throws Exception {
        try (ObservedStorage observed = new ObservedStorage();
                S3Connection client = new S3Connection(StorageServer.settings(observed.endpoint()))) {
            observed.storage().bucket("results");
            AtomicInteger writes = new AtomicInteger();
            observed.tamper((request, answer) -> request.method().equals("PUT") && writes.incrementAndGet() == 1
                    ? ObservedStorage.Answer.failing(503, "SlowDown")
                    : answer);
            ResultStore store = new S3Results(client, S3Location.parse("s3://results/lost"));
            assertThat(store.putIfAbsent("one.json", bytes("1"), "application/json"))
                    .isTrue();
            assertThat(writes).hasValue(2);
            assertThat(store.putIfAbsent("one.json", bytes("2"), "application/json"))
                    .isFalse();
            assertThat(store.get("one.json")).hasValue(bytes("1"));
        }
    }

    @Test
    void leavesNothingElseInADirectory() throws Exception {
        ResultStore store = store(Kind.DIRECTORY, "clean");
        store.put("a.json", bytes("{}"), "application/json");
        store.putIfAbsent("a.json", bytes("[]"), "application/json");
        try (Stream<Path> files = Files.list(temporary.resolve("clean"))) {
            assertThat(files).containsExactly(temporary.resolve("clean/a.json"));
        }
    }

    @Test
    void tellsTheContentTypeToObjectStorage() {
        store(Kind.S3, "type").put("a.json", bytes("{}"), "application/json");
        assertThat(server.client()
                        .headObject(r -> r.bucket("results").key("type/a.json"))
                        .contentType())
                .isEqualTo("application/json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/a", "a/", "a//b", "..", "a/../b", ".hidden", "a b", "a\\b", "a\nb", "ü"})
    void refusesWhatIsNoKey(String key) {
        for (Kind kind : Kind.values()) {
            ResultStore store = store(kind, "refuses");
            assertThatThrownBy(() -> store.get(key)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> store.put(key, bytes(""), "text/plain"))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> store.putIfAbsent(key, bytes(""), "text/plain"))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void saysWhatIsWrongWithAStore() throws Exception {
        ResultStore noBucket = new S3Results(connection, S3Location.parse("s3://nowhere/results"));
        assertThatThrownBy(() -> noBucket.put("a.json", bytes("{}"), "application/json"))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("s3://nowhere/results/a.json")
                .hasMessageContaining("no such bucket");
        Files.writeString(temporary.resolve("file"), "");
        assertThatThrownBy(() -> store(Kind.DIRECTORY, "file").put("a.json", bytes("{}"), "application/json"))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("a.json");
    }
}
