package dev.finexl.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.finexl.account.Ledger;
import dev.finexl.account.Spent;
import dev.finexl.account.Tenant;
import dev.finexl.account.UsageLine;
import dev.finexl.job.JobStore.Insertion;
import dev.finexl.job.JobStore.Renewal;
import dev.finexl.store.sql.Database;
import dev.finexl.store.sql.DatabaseException;
import dev.finexl.store.sql.Databases;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds between processes that share a queue, on every database that is here. */
@ParameterizedClass
@MethodSource("dev.finexl.store.sql.Databases#urls")
class JobStoreTest {

    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final String HERE = "here";

    @Parameter
    String kind;

    private Database database;
    private JobStore store;
    private JobStore hasty;

    @BeforeEach
    void open() throws SQLException {
        database = Databases.open(Databases.create(kind));
        store = new JobStore(database, LONG, 2);
        hasty = new JobStore(database, SHORT, 2);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void insert(String... ids) {
        for (String id : ids) {
            assertThat(store.insert(
                            id, Tenant.DEFAULT, JobKind.EXPLANATION, "{}", "hash", null, null, Optional.empty()))
                    .isEqualTo(Insertion.INSERTED);
        }
    }

    private static Answer answer(String id, String result) {
        Spent spent = new Spent(8, 160, 1.5, 0.25, false);
        return new Answer(
                result, new UsageLine(id, Tenant.DEFAULT, null, "hash", spent, new BigDecimal("0.420000"), "EUR"));
    }

    private List<UsageLine> ledger() {
        Instant now = Instant.now();
        return new Ledger(database).lines(Tenant.DEFAULT, now.minusSeconds(3600), now.plusSeconds(3600), null);
    }

    private Job claim(JobStore from) {
        return from.claim("me", HERE).orElseThrow();
    }

    private Job found(String id) {
        return store.find(id).orElseThrow();
    }

    @Test
    void takesJobsInTheirOrderAndKeepsWhatBecameOfThem() {
        insert("b", "a");
        assertThat(store.queued()).isEqualTo(2);
        assertThat(found("b").state()).isEqualTo(JobState.QUEUED);
        assertThat(found("b").created()).isNotNull();
        assertThat(found("b").started()).isNull();
        Job first = claim(store);
        Job second = claim(store);
        assertThat(List.of(first.id(), second.id())).containsExactly("b", "a");
        assertThat(store.claim("me", HERE)).isEmpty();
        Progress halfway = new Progress(7, "sampling", 1, 2, 1, List.of(3, 0), 0, null);
        assertThat(store.renew("b", first.attempt(), halfway)).isEqualTo(Renewal.HELD);
        assertThat(found("b").progress()).isEqualTo(halfway);
        assertThat(found("b").state()).isEqualTo(JobState.RUNNING);
        assertThat(store.finish("b", 1, JobState.SUCCEEDED, halfway, answer("b", "{\"summary\": \"ü\"}"), null))
                .isTrue();
        assertThat(store.finish("a", 1, JobState.FAILED, halfway, null, JobProblem.lost(1)))
                .isTrue();
        assertThat(found("b").result()).isEqualTo("{\"summary\": \"ü\"}");
        assertThat(found("b").finished()).isAfterOrEqualTo(found("b").started());
        assertThat(found("a").problem()).contains("\"status\":500");
        assertThat(found("a").result()).isNull();
    }

    @Test
    void keepsAResultOfAnySize() {
        insert("a");
        String large = "\"" + "x".repeat(3_000_000) + "\"";
        store.finish("a", claim(store).attempt(), JobState.SUCCEEDED, Progress.NONE, answer("a", large), null);
        assertThat(found("a").result()).isEqualTo(large);
    }

    @Test
    void givesEachJobToOneOfManyTakers() throws Exception {
        List<String> ids = IntStream.range(0, 80).mapToObj(i -> "job" + i).toList();
        insert(ids.toArray(String[]::new));
        List<String> taken = new ArrayList<>();
        try (ExecutorService takers = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<List<String>> taker = () -> {
                List<String> mine = new ArrayList<>();
                for (Optional<Job> job = store.claim("x", HERE); job.isPresent(); job = store.claim("x", HERE)) {
                    assertThat(job.get().attempt()).isEqualTo(1);
                    mine.add(job.get().id());
                }
                return mine;
            };
            for (Future<List<String>> one : takers.invokeAll(List.of(taker, taker, taker, taker, taker, taker))) {
                taken.addAll(one.get());
            }
        }
        // A taker that lost all its candidates goes away; none is taken twice, and what is left is there for the next.
        for (Optional<Job> rest = store.claim("x", HERE); rest.isPresent(); rest = store.claim("x", HERE)) {
            taken.add(rest.get().id());
        }
        assertThat(taken).containsExactlyInAnyOrderElementsOf(ids);
    }

    @Test
    void letsAnotherTakeAJobWhoseOwnerIsSilent() {
        insert("a");
        Job first = claim(hasty);
        Job second = await().atMost(Duration.ofSeconds(30))
                .until(() -> store.claim("other", HERE), Optional::isPresent)
                .orElseThrow();
        assertThat(second.attempt()).isEqualTo(first.attempt() + 1);
        assertThat(store.renew("a", first.attempt(), Progress.NONE)).isEqualTo(Renewal.LOST);
        assertThat(store.finish("a", first.attempt(), JobState.SUCCEEDED, Progress.NONE, answer("a", "{}"), null))
                .isFalse();
        assertThat(found("a").state()).isEqualTo(JobState.RUNNING);
        assertThat(store.finish("a", second.attempt(), JobState.SUCCEEDED, Progress.NONE, answer("a", "{}"), null))
                .isTrue();
    }

    @Test
    void failsAJobThatKeepsLosingItsProcess() {
        insert("a");
        for (int attempt = 1; attempt <= 3; attempt++) {
            Job job = await().atMost(Duration.ofSeconds(30))
                    .until(() -> hasty.claim("x", HERE), Optional::isPresent)
                    .orElseThrow();
            assertThat(job.attempt()).isEqualTo(attempt);
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            store.settleLost();
            return found("a").state() == JobState.FAILED;
        });
        assertThat(found("a").problem()).contains("3 times");
        assertThat(hasty.claim("x", HERE)).isEmpty();
    }

    @Test
    void cancelsWhatWaitsAtOnceAndTellsTheOwnerOfWhatRuns() {
        insert("runs", "waits");
        Job runs = claim(store);
        assertThat(store.cancel("waits")).isTrue();
        assertThat(found("waits").state()).isEqualTo(JobState.CANCELLED);
        assertThat(store.cancel("runs")).isFalse();
        assertThat(store.renew("runs", runs.attempt(), Progress.NONE)).isEqualTo(Renewal.CANCELLED);
        assertThat(store.finish("runs", runs.attempt(), JobState.CANCELLED, Progress.NONE, null, null))
                .isTrue();
        assertThat(store.cancel("runs")).isFalse();
        assertThat(found("runs").state()).isEqualTo(JobState.CANCELLED);
    }

    @Test
    void cancelsWhatRanInAProcessThatIsGone() {
        insert("a", "b");
        claim(hasty);
        store.cancel("a");
        Job shut = claim(store);
        store.cancel("b");
        store.requeue("b", shut.attempt());
        assertThat(found("b").state()).isEqualTo(JobState.CANCELLED);
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            store.settleLost();
            return found("a").state() == JobState.CANCELLED;
        });
        assertThat(store.claim("x", HERE)).isEmpty();
    }

    @Test
    void putsAJobBackToItsPlaceInTheLine() {
        insert("a", "b");
        Job first = claim(store);
        store.requeue("a", first.attempt());
        assertThat(found("a").state()).isEqualTo(JobState.QUEUED);
        assertThat(claim(store).id()).isEqualTo("a");
        assertThat(found("a").attempt()).isEqualTo(2);
    }

    @Test
    void knowsAKeyAgain() {
        assertThat(store.insert("a", Tenant.DEFAULT, JobKind.EXPLANATION, "{}", "hash", "key", null, Optional.empty()))
                .isEqualTo(Insertion.INSERTED);
        assertThat(store.insert("b", Tenant.DEFAULT, JobKind.EXPLANATION, "{}", "hash", "key", null, Optional.empty()))
                .isEqualTo(Insertion.KEY_TAKEN);
        assertThat(store.findByKey(Tenant.DEFAULT, "key").orElseThrow().id()).isEqualTo("a");
        assertThat(store.find("b")).isEmpty();
    }

    @Test
    void leavesAJobWithPicturesToWhereTheyAre() {
        store.insert("a", Tenant.DEFAULT, JobKind.EXPLANATION, "{}", "hash", null, "elsewhere", Optional.empty());
        assertThat(store.hasFree(HERE)).isFalse();
        assertThat(store.claim("x", HERE)).isEmpty();
        assertThat(store.unfinished("elsewhere")).containsExactly("a");
        assertThat(store.claim("x", "elsewhere")).isPresent();
    }

    @Test
    void removesWhatIsOld() {
        insert("ended", "waits", "runs");
        store.cancel("ended");
        Job runs = claim(store);
        assertThat(List.of("ended", "waits", "runs", "never"))
                .filteredOn(store::lives)
                .containsExactly("waits", "runs");
        assertThat(store.removeOlder(Duration.ofDays(365), _ -> true)).isZero();
        // What is younger than a second is kept, so it has to be waited for.
        await().atMost(Duration.ofSeconds(30)).until(() -> store.removeOlder(Duration.ofSeconds(1), _ -> true) > 0);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> store.removeOlder(Duration.ofSeconds(1), _ -> true) == 0
                        && store.find("ended").isEmpty());
        assertThat(found(runs.id()).state()).isEqualTo(JobState.RUNNING);
    }

    @Test
    void keepsWhatIsOldUntilWhatBelongsToItIsCleared() {
        insert("a");
        store.cancel("a");
        List<String> asked = new ArrayList<>();
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            assertThat(store.removeOlder(Duration.ofSeconds(1), id -> !asked.add(id)))
                    .isZero();
            return !asked.isEmpty();
        });
        assertThat(asked).containsExactly("a");
        assertThat(store.find("a")).isPresent();
        assertThat(store.removeOlder(Duration.ofSeconds(1), _ -> true)).isEqualTo(1);
        assertThat(store.find("a")).isEmpty();
    }

    @Test
    void aTenantHasHisOwnJobsAndKeys() {
        Tenant other = new Tenant("other");
        assertThat(store.insert("a", Tenant.DEFAULT, JobKind.EXPLANATION, "{}", "hash", "key", null, Optional.empty()))
                .isEqualTo(Insertion.INSERTED);
        assertThat(store.insert("b", other, JobKind.EXPLANATION, "{}", "hash", "key", null, Optional.empty()))
                .isEqualTo(Insertion.INSERTED);
        assertThat(store.findByKey(other, "key").orElseThrow().id()).isEqualTo("b");
        assertThat(store.find(other, "a")).isEmpty();
        assertThat(store.find(Tenant.DEFAULT, "a").orElseThrow().tenant()).isEqualTo(Tenant.DEFAULT);
        assertThat(claim(store).id()).isEqualTo("a");
        assertThat(claim(store).tenant()).isEqualTo(other);
    }

    @Test
    void accountsOnceForWhatCanBeHad() {
        insert("a");
        Job first = claim(hasty);
        await().atMost(LONG).until(() -> hasty.hasFree(HERE));
        Job second = claim(store);
        assertThat(store.finish("a", first.attempt(), JobState.SUCCEEDED, Progress.NONE, answer("a", "{}"), null))
                .isFalse();
        assertThat(ledger()).as("of the attempt that was lost").isEmpty();
        assertThat(store.finish("a", second.attempt(), JobState.SUCCEEDED, Progress.NONE, answer("a", "{}"), null))
                .isTrue();
        assertThat(store.finish("a", second.attempt(), JobState.SUCCEEDED, Progress.NONE, answer("a", "{}"), null))
                .isFalse();
        assertThat(ledger()).singleElement().satisfies(line -> {
            assertThat(line.explanation()).isEqualTo("a");
            assertThat(line.spent()).isEqualTo(answer("a", "").line().spent());
            assertThat(line.price()).isEqualTo("0.420000");
            assertThat(line.ended()).isNotNull();
        });
        store.removeOlder(Duration.ZERO, _ -> true);
        assertThat(ledger()).as("outlives the job").hasSize(1);
    }

    @Test
    void hasNoResultThatIsNotAccountedFor() {
        insert("a", "b");
        Job a = claim(store);
        Job b = claim(store);
        assertThat(store.finish("a", a.attempt(), JobState.SUCCEEDED, Progress.NONE, answer("a", "{}"), null))
                .isTrue();
        // The line of another explanation under its id is refused, and with it the result.
        assertThatThrownBy(() ->
                        store.finish("b", b.attempt(), JobState.SUCCEEDED, Progress.NONE, answer("a", "{}"), null))
                .isInstanceOf(DatabaseException.class);
        assertThat(found("b").state()).isEqualTo(JobState.RUNNING);
        assertThat(found("b").result()).isNull();
        assertThat(ledger()).hasSize(1);
    }

    @Test
    void keepsWhatACallerWaitedForOnce() {
        Instant began = Instant.now();
        Answer answer = answer("w1", "{\"n\": 1}");
        assertThat(store.insertEnded("w1", Tenant.DEFAULT, JobKind.EXPLANATION, "{}", "hash", "key", began, answer))
                .isEqualTo(Insertion.INSERTED);
        assertThat(store.insertEnded(
                        "w2",
                        Tenant.DEFAULT,
                        JobKind.EXPLANATION,
                        "{}",
                        "hash",
                        "key",
                        began,
                        answer("w2", "{\"n\": 2}")))
                .isEqualTo(Insertion.KEY_TAKEN);
        assertThat(store.find("w2")).isEmpty();
        assertThat(found("w1").result()).isEqualTo("{\"n\": 1}");
        assertThat(found("w1").state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(ledger()).extracting(UsageLine::explanation).containsExactly("w1");
        assertThat(store.claim("me", HERE)).isEmpty();
    }
}
