package dev.finexl.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.finexl.account.Ledger;
import dev.finexl.account.Quota;
import dev.finexl.account.Quotas;
import dev.finexl.account.Tenant;
import dev.finexl.account.Tenants;
import dev.finexl.compare.CompareRequest;
import dev.finexl.explain.ExplainListener.Side;
import dev.finexl.explain.ExplainListener.Stage;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.InvalidRequestException;
import dev.finexl.job.ExplainGate.FullException;
import dev.finexl.job.JobQueue.KeyReusedException;
import dev.finexl.job.JobQueue.Submission;
import dev.finexl.job.JobWorkers.Work;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.sql.Database;
import dev.finexl.store.sql.Databases;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Several processes on one queue, as far as one process can play them: each has its own gate, queue and workers. */
@ParameterizedClass
@MethodSource("dev.finexl.store.sql.Databases#urls")
class JobWorkersTest {

    private static final Answer EMPTY = new Answer("{}", null);

    private static final Duration LONG = Duration.ofMinutes(1);
    private static final JobTask REQUEST = explain("{\"base\": \"x\"}");

    @Parameter
    String kind;

    @TempDir
    Path folder;

    private Database database;
    private final List<Process> processes = new ArrayList<>();

    private record Process(JobQueue queue, JobWorkers workers, ExplainGate gate, PictureFolders pictures) {}

    @BeforeEach
    void open() throws SQLException {
        database = Databases.open(Databases.create(kind));
    }

    @AfterEach
    void close() throws InterruptedException {
        for (Process process : processes) {
            process.workers().close();
        }
        database.close();
    }

    private static JobTask explain(String request) {
        return new JobTask.Explain(ExplainRequest.parse(request));
    }

    private Process process(String place, int mostQueued, Work work) {
        return process(place, new ExplainGate(2, 0), new JobQueue.Bounds(mostQueued, LONG), work);
    }

    private Process process(String place, ExplainGate gate, JobQueue.Bounds bounds, Work work) {
        JobStore store = new JobStore(database, Duration.ofSeconds(20), 2);
        PictureFolders pictures = new PictureFolders(folder.resolve(place), new UploadRoom(1 << 20));
        JobQueue queue = new JobQueue(
                store,
                pictures,
                new Quotas(new Tenants(database, Quota.NONE), new Ledger(database), Clock.systemUTC()),
                gate,
                bounds);
        JobWorkers workers = new JobWorkers(
                queue, store, pictures, gate, work, new JobWorkers.Settings(2, Duration.ofSeconds(20), LONG));
        Process process = new Process(queue, workers, gate, pictures);
        processes.add(process);
        return process;
    }

    private static Job ended(Process process, String id) {
        Job job = process.queue()
                .await(Tenant.DEFAULT, id, LONG, found -> found.state().ended(), () -> false)
                .orElseThrow();
        assertThat(job.state().ended()).isTrue();
        return job;
    }

    @Test
    void workOnEachJobOnceHoweverManyProcessesShareTheQueue() {
        Map<String, AtomicInteger> worked = new ConcurrentHashMap<>();
        Work count = (job, _, _, _, _) -> {
            worked.computeIfAbsent(job.id(), _ -> new AtomicInteger()).incrementAndGet();
            return new Answer("{\"id\": \"%s\"}".formatted(job.id()), null);
        };
        List<Process> three = List.of(process("a", 1000, count), process("b", 1000, count), process("c", 1000, count));
        three.forEach(process -> process.workers().start());
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            ids.add(three.get(i % 3)
                    .queue()
                    .submit(Tenant.DEFAULT, REQUEST, null, null, Optional.empty())
                    .job()
                    .id());
        }
        for (String id : ids) {
            Job job = ended(three.getFirst(), id);
            assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
            assertThat(job.result()).contains(id);
            assertThat(worked.get(id)).hasValue(1);
        }
        assertThat(worked).hasSize(60);
    }

    @Test
    void cancelsAJobThatRunsInAnotherProcess() {
        CountDownLatch begun = new CountDownLatch(1);
        Process working = process("a", 10, (_, _, _, listener, scope) -> {
            listener.progress(Stage.SAMPLING, 3, 12);
            begun.countDown();
            await().atMost(LONG).until(() -> isCancelled(scope));
            scope.check();
            throw new AssertionError("it was to be cancelled");
        });
        Process asking = process("b", 10, (_, _, _, _, _) -> EMPTY);
        working.workers().start();
        String id = asking.queue()
                .submit(Tenant.DEFAULT, REQUEST, null, null, Optional.empty())
                .job()
                .id();
        await().atMost(LONG).until(() -> begun.getCount() == 0);
        Job seen = asking.queue()
                .await(Tenant.DEFAULT, id, LONG, job -> job.progress().done() == 3, () -> false)
                .orElseThrow();
        assertThat(seen.progress().stage()).isEqualTo("sampling");
        asking.queue().cancel(Tenant.DEFAULT, id);
        assertThat(ended(asking, id).state()).isEqualTo(JobState.CANCELLED);
        await().atMost(LONG).until(() -> working.gate().running() == 0);
    }

    private static boolean isCancelled(RunScope scope) {
        try {
            scope.check();
            return false;
        } catch (CancellationException _) {
            return true;
        }
    }

    @Test
    void putsBackWhatAnEndingProcessCannotFinish() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        Process ending = process("a", 10, (_, _, _, _, scope) -> {
            begun.countDown();
            await().atMost(LONG).until(() -> isCancelled(scope));
            scope.check();
            return EMPTY;
        });
        ending.workers().start();
        String id = ending.queue()
                .submit(Tenant.DEFAULT, REQUEST, null, null, Optional.empty())
                .job()
                .id();
        begun.await();
        ending.workers().stopTaking();
        assertThat(ending.gate().shut(Duration.ZERO)).isFalse();
        ending.workers().close();
        assertThat(ending.queue().find(Tenant.DEFAULT, id).orElseThrow().state())
                .isEqualTo(JobState.QUEUED);
        Process next = process("b", 10, (_, _, _, _, _) -> EMPTY);
        next.workers().start();
        assertThat(ended(next, id).state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(ended(next, id).attempt()).isEqualTo(2);
    }

    @Test
    void keepsWhyAJobFailedAndGoesOnWithTheNext() {
        AtomicInteger turn = new AtomicInteger();
        Process process = process("a", 10, (_, _, _, _, _) -> switch (turn.getAndIncrement()) {
            case 0 -> throw new InvalidRequestException("base", "no such model");
            case 1 -> throw new StackOverflowError();
            default -> EMPTY;
        });
        List<String> ids = Stream.generate(() -> process.queue()
                        .submit(Tenant.DEFAULT, REQUEST, null, null, Optional.empty())
                        .job()
                        .id())
                .limit(3)
                .toList();
        process.workers().start();
        List<Job> jobs = ids.stream().map(id -> ended(process, id)).toList();
        assertThat(jobs.stream().map(Job::state))
                .containsExactlyInAnyOrder(JobState.FAILED, JobState.FAILED, JobState.SUCCEEDED);
        assertThat(jobs.stream().map(Job::problem).filter(problem -> problem != null))
                .anySatisfy(problem -> assertThat(problem).contains("\"status\":400", "\"field\":\"base\""))
                .anySatisfy(problem ->
                        assertThat(problem).contains("\"status\":500").doesNotContain("Overflow"));
    }

    @Test
    void acceptsTheSameKeyOnceAndNoMoreJobsThanMayWait() {
        Process process = process("a", 3, (_, _, _, _, _) -> EMPTY);
        Submission first = process.queue().submit(Tenant.DEFAULT, REQUEST, "key", null, Optional.empty());
        Submission again = process.queue().submit(Tenant.DEFAULT, REQUEST, "key", null, Optional.empty());
        assertThat(first.created()).isTrue();
        assertThat(again.created()).isFalse();
        assertThat(again.job().id()).isEqualTo(first.job().id());
        assertThatThrownBy(() -> process.queue().submit(Tenant.DEFAULT, explain("{}"), "key", null, Optional.empty()))
                .isInstanceOf(KeyReusedException.class);
        process.queue().submit(Tenant.DEFAULT, REQUEST, null, null, Optional.empty());
        process.queue().submit(Tenant.DEFAULT, REQUEST, null, null, Optional.empty());
        assertThatThrownBy(() -> process.queue().submit(Tenant.DEFAULT, REQUEST, null, null, Optional.empty()))
                .isInstanceOf(FullException.class);
        assertThat(process.queue()
                        .submit(Tenant.DEFAULT, REQUEST, "key", null, Optional.empty())
                        .created())
                .isFalse();
    }

    @Test
    void acceptsNoJobThatWouldWaitForTooLongUnlessItIsTheNext() throws InterruptedException {
        AtomicLong clock = new AtomicLong();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        ExplainGate gate = new ExplainGate(1, 0, clock::get);
        Process process = process("a", gate, new JobQueue.Bounds(100, Duration.ofMinutes(5)), (_, _, _, _, _) -> {
            begun.countDown();
            await().atMost(LONG).until(() -> goOn.getCount() == 0);
            return EMPTY;
        });
        process.workers().start();
        String first = submit(process);
        begun.await();
        // It lasts for three minutes by now, so that the next is behind three more, and the one after it six.
        clock.addAndGet(Duration.ofMinutes(3).toNanos());
        String second = submit(process);
        assertThatThrownBy(() -> submit(process))
                .isInstanceOfSatisfying(
                        FullException.class, e -> assertThat(e.comeBack()).isEqualTo(Duration.ofMinutes(2)))
                .hasMessageContaining("in about 360 s")
                .hasMessageContaining("too late to be sure of 300 s");
        clock.addAndGet(Duration.ofHours(3).toNanos());
        process.queue().cancel(Tenant.DEFAULT, second);
        String next = submit(process);
        goOn.countDown();
        assertThat(ended(process, first).state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(ended(process, next).state()).isEqualTo(JobState.SUCCEEDED);
    }

    private static String submit(Process process) {
        return process.queue()
                .submit(Tenant.DEFAULT, REQUEST, null, null, Optional.empty())
                .job()
                .id();
    }

    @Test
    void handTheTaskOnThatWasAskedFor() {
        JobTask compare = new JobTask.Compare(
                CompareRequest.parse(
                        "{\"request\": {\"base\": \"x\"}, \"models\": [{\"personalized\": \"y\"}, {\"personalized\": \"z\"}]}"));
        List<JobTask> asked = new CopyOnWriteArrayList<>();
        Process process = process("a", 10, (_, task, _, _, _) -> {
            asked.add(task);
            return EMPTY;
        });
        String first = process.queue()
                .submit(Tenant.DEFAULT, REQUEST, null, null, Optional.empty())
                .job()
                .id();
        Submission second = process.queue().submit(Tenant.DEFAULT, compare, "key", null, Optional.empty());
        assertThatThrownBy(() -> process.queue().submit(Tenant.DEFAULT, REQUEST, "key", null, Optional.empty()))
                .isInstanceOf(KeyReusedException.class);
        process.workers().start();
        assertThat(ended(process, first).kind()).isEqualTo(JobKind.EXPLANATION);
        Job job = ended(process, second.job().id());
        assertThat(job.kind()).isEqualTo(JobKind.COMPARISON);
        assertThat(JobTask.of(job)).isEqualTo(compare);
        assertThat(asked).containsExactlyInAnyOrder(REQUEST, compare);
    }

    @Test
    void keepsPicturesUntilTheirJobEnds() throws IOException {
        List<String> seen = new ArrayList<>();
        Process process = process("a", 10, (_, _, folders, _, _) -> {
            folders.values().forEach(side -> seen.add(Files.exists(side.resolve("1.png")) ? "there" : "gone"));
            return EMPTY;
        });
        String id;
        try (Upload upload = new Upload(process.pictures(), 100)) {
            upload.add(Side.BASE, "1.png", bytes(10));
            upload.add(Side.PERSONALIZED, "1.png", bytes(10));
            id = process.queue()
                    .submit(Tenant.DEFAULT, REQUEST, null, upload, Optional.empty())
                    .job()
                    .id();
        }
        try (Upload cancelled = new Upload(process.pictures(), 100)) {
            process.queue().submit(Tenant.DEFAULT, REQUEST, null, cancelled, Optional.empty());
            process.queue().cancel(Tenant.DEFAULT, cancelled.id());
            assertThat(folder.resolve("a").resolve(cancelled.id())).doesNotExist();
        }
        process.workers().start();
        assertThat(ended(process, id).state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(seen).containsExactly("there", "there");
        await().atMost(LONG).until(() -> Files.notExists(folder.resolve("a").resolve(id)));
    }

    private static ByteArrayInputStream bytes(int count) {
        return new ByteArrayInputStream(new byte[count]);
    }
}
