package dev.finexl.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.store.Catalogue;
import dev.finexl.store.CatalogueEntry;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelKind;
import dev.finexl.store.Transfer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelCacheTest {

    static final int PART = 1 << 16;
    private static final int WEIGHTS = 5 * PART + 17;
    private static final String MODEL = "s3://models/a";
    private static final long PLENTY = 1L << 30;

    @TempDir
    private Path temporary;

    private static ObservedStorage storage;
    private static S3Connection connection;

    @BeforeAll
    static void start() throws Exception {
        storage = new ObservedStorage();
        connection = new S3Connection(StorageServer.settings(storage.endpoint()));
        storage.storage().bucket("models");
    }

    @BeforeEach
    void upload() {
        storage.reset();
        uploadModel("a", 1);
    }

    @AfterAll
    static void stop() throws Exception {
        connection.close();
        storage.close();
    }

    private static byte[] uploadModel(String name, long seed) {
        byte[] weights = new byte[WEIGHTS];
        new Random(seed).nextBytes(weights);
        storage.storage().put("models", name + "/config.json", "{}".getBytes(StandardCharsets.UTF_8));
        storage.storage().put("models", name + "/onnx/model.onnx", weights);
        return weights;
    }

    private S3Models models(long budget) {
        CacheSettings settings = new CacheSettings(temporary, budget, 4, PART, 2);
        return new S3Models(connection, S3AllowList.parse(List.of("s3://models")), settings);
    }

    private CatalogueEntry find(String reference) {
        return models(PLENTY).find(reference, Transfer.UNHEARD);
    }

    private static byte[] weights(CatalogueEntry model) throws IOException {
        return model.files().read("onnx/model.onnx", WEIGHTS);
    }

    private List<String> filesOf(String folder) throws IOException {
        try (Stream<Path> files = Files.list(temporary.resolve("v1").resolve(folder))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private void assertNoDebris() throws IOException {
        assertThat(filesOf("parts")).isEmpty();
        assertThat(filesOf("reserved")).isEmpty();
        assertThat(filesOf("views")).noneMatch(name -> name.startsWith("~"));
        assertThat(filesOf("locks")).noneMatch(name -> name.startsWith("object-"));
    }

    @Test
    void bringsAModelHereAsOrdinaryFiles() throws IOException {
        CatalogueEntry model = find(MODEL);
        ModelFiles files = model.files();
        assertThat(model.kind()).isEqualTo(ModelKind.ENCODER);
        assertThat(files.reference()).isEqualTo(MODEL);
        assertThat(files.names()).containsExactly("config.json");
        assertThat(files.size("onnx/model.onnx")).isEqualTo(WEIGHTS);
        assertThat(files.map("onnx/model.onnx").isMapped()).isTrue();
        assertThat(files.sha256("config.json"))
                .isEqualTo("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
        assertThatThrownBy(() -> files.sha256("none")).isInstanceOf(ModelFileException.class);
        assertThat(files.path("onnx/model.onnx"))
                .hasValueSatisfying(path -> assertThat(path).isRegularFile().endsWith(Path.of("onnx", "model.onnx")));
        assertThat(storage.reads("onnx/model.onnx")).isEqualTo(6);
        assertNoDebris();
    }

    @Test
    void keepsTheSameContentOnce() throws IOException {
        uploadModel("copy", 1);
        assertThat(find(MODEL).files().fingerprint())
                .isEqualTo(find("s3://models/copy").files().fingerprint());
        assertThat(filesOf("objects")).hasSize(2);
    }

    @Test
    void readsNothingAgainThatIsHere() {
        CatalogueEntry first = find(MODEL);
        long reads = storage.reads();
        CatalogueEntry second = find(MODEL + "/");
        assertThat(storage.reads()).isEqualTo(reads);
        assertThat(second.files().fingerprint()).isEqualTo(first.files().fingerprint());
    }

    @Test
    void seesThatAnObjectChanged() throws IOException {
        CatalogueEntry before = find(MODEL);
        byte[] old = weights(before);
        byte[] changed = uploadModel("a", 2);
        CatalogueEntry after = find(MODEL);
        assertThat(weights(after)).isEqualTo(changed);
        assertThat(weights(before)).isEqualTo(old);
        assertThat(after.files().fingerprint()).isNotEqualTo(before.files().fingerprint());
        assertThat(storage.reads("config.json")).isEqualTo(1);
    }

    @Test
    void downloadsOnceForManyThreads() throws Exception {
        int callers = 8;
        holdObjectsUntilListedBy(callers);
        List<Callable<String>> calls = IntStream.range(0, callers)
                .mapToObj(_ -> (Callable<String>) () -> find(MODEL).files().fingerprint())
                .toList();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            assertThat(threads.invokeAll(calls).stream().map(Future::resultNow).distinct())
                    .hasSize(1);
        }
        assertThat(storage.reads("onnx/model.onnx")).isEqualTo(6);
        assertThat(storage.reads("config.json")).isEqualTo(1);
        assertNoDebris();
    }

    @Test
    void downloadsOnceForTwoProcesses() throws Exception {
        holdObjectsUntilListedBy(2);
        try (DownloadProcess one = new DownloadProcess(storage.endpoint(), temporary, MODEL, PLENTY);
                DownloadProcess other = new DownloadProcess(storage.endpoint(), temporary, MODEL, PLENTY)) {
            assertThat(one.fingerprint())
                    .isEqualTo(other.fingerprint())
                    .isEqualTo(find(MODEL).files().fingerprint());
        }
        assertThat(storage.reads("onnx/model.onnx")).isEqualTo(6);
        assertThat(storage.reads("config.json")).isEqualTo(1);
    }

    /** The model has seven ranges; the process is killed while it waits for one of them. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5, 7})
    void trustsNothingThatAKilledProcessLeft(int range) throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch killed = new CountDownLatch(1);
        AtomicInteger reads = new AtomicInteger();
        storage.tamper((request, answer) -> {
            if (request.readsAnObject() && reads.incrementAndGet() >= range) {
                reached.countDown();
                await(killed);
            }
            return answer;
        });
        try (DownloadProcess process = new DownloadProcess(storage.endpoint(), temporary, MODEL, PLENTY)) {
            await(reached);
            process.kill();
            killed.countDown();
        }
        assertThat(filesOf("views")).hasSize(1).allMatch(name -> name.startsWith("~"));
        storage.tamper((_, answer) -> answer);
        byte[] expected = new byte[WEIGHTS];
        new Random(1).nextBytes(expected);
        assertThat(weights(find(MODEL))).isEqualTo(expected);
        assertNoDebris();
    }

    /** Unlike above, the process goes on while it is killed, be it that it computes, writes or renames. */
    @Test
    void survivesThatProcessesAreKilledAgainAndAgain() throws Exception {
        Random random = new Random(7);
        for (int i = 0; i < 5; i++) {
            CountDownLatch reached = new CountDownLatch(1 + random.nextInt(7));
            storage.tamper((request, answer) -> {
                if (request.readsAnObject()) {
                    reached.countDown();
                }
                return answer;
            });
            byte[] expected = uploadModel("a", 100 + i);
            try (DownloadProcess process = new DownloadProcess(storage.endpoint(), temporary, MODEL, PLENTY)) {
                await(reached);
                process.kill();
            }
            if (i % 2 == 1) {
                assertThat(weights(find(MODEL))).isEqualTo(expected);
                assertNoDebris();
            }
        }
    }

    @Test
    void getsARangeAgainThatBreaksOff() throws IOException {
        Set<String> cut = ConcurrentHashMap.newKeySet();
        storage.tamper((request, answer) -> request.reads("onnx/model.onnx") && cut.add(request.range())
                ? answer.cutOffAfter(answer.body().length / 2)
                : answer);
        byte[] expected = new byte[WEIGHTS];
        new Random(1).nextBytes(expected);
        assertThat(weights(find(MODEL))).isEqualTo(expected);
    }

    @Test
    void givesUpWhereRangesAlwaysBreakOff() throws IOException {
        storage.tamper((request, answer) -> request.reads("onnx/model.onnx") ? answer.cutOffAfter(10) : answer);
        assertThatThrownBy(() -> find(MODEL))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("s3://models/a/onnx/model.onnx")
                .hasMessageContaining("whole");
        assertNoDebris();
        assertThat(filesOf("views")).isEmpty();
    }

    @Test
    void noticesAnAnswerForAnotherRange() throws IOException {
        storage.tamper((request, answer) -> request.reads("onnx/model.onnx")
                ? answer.withHeader("content-range", "bytes 0-%d/%d".formatted(PART - 1, WEIGHTS + 1))
                : answer);
        assertThatThrownBy(() -> find(MODEL))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("expected 'bytes ");
        assertNoDebris();
    }

    @Test
    void getsAnObjectAgainThatDoesNotMatchItsChecksum() throws Exception {
        byte[] expected = new byte[WEIGHTS];
        new Random(1).nextBytes(expected);
        String sha256 = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(expected));
        AtomicBoolean spoiled = new AtomicBoolean();
        storage.tamper((request, answer) -> {
            if (request.method().equals("HEAD") && request.path().endsWith("model.onnx")) {
                return answer.withHeader("x-amz-checksum-sha256", sha256);
            }
            return request.reads("onnx/model.onnx") && spoiled.compareAndSet(false, true) ? flipped(answer) : answer;
        });
        assertThat(weights(find(MODEL))).isEqualTo(expected);
        assertThat(storage.reads("onnx/model.onnx")).isEqualTo(12);
    }

    @Test
    void refusesAnObjectThatNeverMatchesItsChecksum() throws IOException {
        storage.tamper((request, answer) ->
                request.method().equals("HEAD") ? answer.withHeader("x-amz-checksum-crc32c", "AAAAAA==") : answer);
        assertThatThrownBy(() -> find(MODEL))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("its CRC-32C is ")
                .hasMessageContaining("expected 00000000");
        assertThat(filesOf("objects")).isEmpty();
        assertNoDebris();
    }

    private static ObservedStorage.Answer flipped(ObservedStorage.Answer answer) {
        byte[] body = answer.body().clone();
        body[body.length / 2] ^= 1;
        return answer.withBody(body);
    }

    @Test
    void startsAnewWhereAnObjectChangesInTheMiddle() throws IOException {
        ConcurrentHashMap<String, byte[]> changed = new ConcurrentHashMap<>();
        storage.tamper((request, answer) -> {
            if (request.reads("onnx/model.onnx")) {
                // The first range waits for the change, and the others for the first: more ranges are asked for after
                // it.
                changed.computeIfAbsent("a", name -> uploadModel(name, 2));
            }
            return answer;
        });
        assertThat(weights(find(MODEL))).isEqualTo(changed.get("a"));
        assertNoDebris();
    }

    @Test
    void givesUpOnAnObjectThatNeverStaysTheSame() throws IOException {
        AtomicLong seed = new AtomicLong(10);
        storage.tamper((request, answer) -> {
            if (request.lists()) {
                uploadModel("a", seed.incrementAndGet());
            }
            return answer;
        });
        assertThatThrownBy(() -> find(MODEL))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("s3://models/a/onnx/model.onnx")
                .hasMessageContaining("changed while it was read");
        assertNoDebris();
    }

    @Test
    void stopsWhenNobodyWaitsAnyMore() throws IOException {
        AtomicLong most = new AtomicLong();
        Transfer impatient = new Transfer() {
            @Override
            public void progress(long done, long total) {
                assertThat(total).isEqualTo(WEIGHTS + 2);
                most.accumulateAndGet(done, Math::max);
            }

            @Override
            public void check() {
                if (most.get() > 0) {
                    throw new CancellationException("enough");
                }
            }
        };
        CountDownLatch stopped = new CountDownLatch(1);
        AtomicInteger reads = new AtomicInteger();
        storage.tamper((request, answer) -> {
            if (request.reads("onnx/model.onnx") && reads.incrementAndGet() > 2) {
                await(stopped);
            }
            return answer;
        });
        try {
            assertThatThrownBy(() -> models(PLENTY).find(MODEL, impatient))
                    .isInstanceOf(CancellationException.class)
                    .hasMessage("enough");
        } finally {
            stopped.countDown();
        }
        assertThat(most).hasPositiveValue();
        assertThat(filesOf("views")).isEmpty();
        assertNoDebris();
    }

    @Test
    void removesWhatWasUsedLeastRecentlyAndNothingInUse() throws IOException {
        uploadModel("b", 2);
        uploadModel("c", 3);
        uploadModel("d", 4);
        S3Models models = models(3L * WEIGHTS + 100);
        CatalogueEntry used = models.find(MODEL, Transfer.UNHEARD);
        models.find("s3://models/b", Transfer.UNHEARD);
        models.find("s3://models/c", Transfer.UNHEARD);
        models.find("s3://models/b", Transfer.UNHEARD);
        models.find("s3://models/d", Transfer.UNHEARD);
        long reads = storage.reads();

        assertThat(weights(used)).hasSize(WEIGHTS);
        models.find(MODEL, Transfer.UNHEARD);
        models.find("s3://models/b", Transfer.UNHEARD);
        assertThat(storage.reads()).isEqualTo(reads);
        models.find("s3://models/c", Transfer.UNHEARD);
        assertThat(storage.reads()).isGreaterThan(reads);
        // The small object is in all of them; of the weights, three fit.
        assertThat(filesOf("objects")).hasSize(4);
        assertThat(filesOf("index")).hasSize(7);
    }

    @Test
    void removesNothingThatAnotherProcessUses() throws Exception {
        uploadModel("b", 2);
        long budget = WEIGHTS + 100;
        try (DownloadProcess process = new DownloadProcess(storage.endpoint(), temporary, MODEL, budget)) {
            assertThat(process.fingerprint()).isNotNull();
            assertThatThrownBy(() -> models(budget).find("s3://models/b", Transfer.UNHEARD))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("models in use stay");
            assertThat(process.end()).isEqualTo("2");
        }
        assertThat(models(budget)
                        .find("s3://models/b", Transfer.UNHEARD)
                        .files()
                        .has("config.json"))
                .isTrue();
        assertNoDebris();
    }

    @Test
    void refusesAModelThatIsLargerThanTheBudget() {
        assertThatThrownBy(() -> models(WEIGHTS).find(MODEL, Transfer.UNHEARD))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("s3://models/a: has %d bytes".formatted(WEIGHTS + 2))
                .hasMessageContaining("finexl.storage.budget");
        assertThat(storage.reads()).isZero();
    }

    @Test
    void getsAgainWhatIsDamagedInTheCache() throws IOException {
        byte[] expected = weights(find(MODEL));
        for (String object : filesOf("objects")) {
            Path file = temporary.resolve("v1/objects").resolve(object);
            Files.write(file, new byte[1]);
        }
        assertThat(weights(find(MODEL))).isEqualTo(expected);
    }

    @Test
    void saysThatTheCacheCannotBeUsed() throws IOException {
        Files.writeString(temporary.resolve("v1"), "");
        assertThatThrownBy(() -> find(MODEL))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("cache folder '" + temporary);
    }

    @Test
    void isFoundThroughTheCatalogue() {
        Catalogue catalogue = new Catalogue(List.of(), models(PLENTY));
        AtomicLong bytes = new AtomicLong();
        Transfer transfer = new Transfer() {
            @Override
            public void progress(long done, long total) {
                bytes.set(done);
            }
        };
        assertThat(catalogue.during(transfer).find(MODEL).kind()).isEqualTo(ModelKind.ENCODER);
        assertThat(bytes).hasValue(WEIGHTS + 2);
    }

    private static void holdObjectsUntilListedBy(int callers) {
        CountDownLatch listed = new CountDownLatch(callers);
        storage.tamper((request, answer) -> {
            if (request.lists()) {
                listed.countDown();
            } else if (request.readsAnObject()) {
                await(listed);
            }
            return answer;
        });
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
