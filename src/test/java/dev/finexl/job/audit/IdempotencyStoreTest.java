package dev.finexl.job.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.job.audit.IdempotencyStore.Begun;
import dev.finexl.job.audit.IdempotencyStore.Claim;
import dev.finexl.job.audit.IdempotencyStore.Done;
import dev.finexl.job.audit.IdempotencyStore.InProgress;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both stores keep the same promises. */
class IdempotencyStoreTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant SOON = NOW.plusSeconds(60);
    private static final Instant LATER = SOON.plusSeconds(60);

    private static DynamoServer server;
    private static DynamoConnection connection;

    @TempDir
    private Path folder;

    private enum Kind {
        FILES,
        DYNAMO
    }

    @BeforeAll
    static void start() {
        System.setProperty("aws.accessKeyId", "test");
        System.setProperty("aws.secretAccessKey", "test");
        server = new DynamoServer();
        connection = new DynamoConnection(Optional.of(server.endpoint()), Optional.of("eu-west-1"));
    }

    @AfterAll
    static void stop() {
        connection.close();
        server.close();
    }

    private IdempotencyStore store(Kind kind) {
        return switch (kind) {
            case FILES -> new FileIdempotencyStore(folder);
            case DYNAMO -> new DynamoIdempotencyStore(connection::client, "records", Duration.ofDays(30));
        };
    }

    private static String key(Kind kind, String test) {
        return kind + "-" + test;
    }

    @ParameterizedTest
    @EnumSource
    void workIsClaimedOnceAndThenDone(Kind kind) {
        IdempotencyStore store = store(kind);
        String key = key(kind, "once");
        Claim claim = (Claim) store.begin(key, NOW, SOON);
        assertThat(claim.token()).isEqualTo(1);
        assertThat(store.begin(key, NOW, SOON)).isEqualTo(new InProgress(SOON));
        assertThat(store.complete(claim, "results/one.json")).isTrue();
        assertThat(store.begin(key, LATER, LATER)).isEqualTo(new Done(1, "results/one.json"));
        assertThat(store.begin(key(kind, "another"), NOW, SOON)).isInstanceOf(Claim.class);
    }

    @ParameterizedTest
    @EnumSource
    void aStaleLeaseIsTakenOverAndItsHolderIsRefused(Kind kind) {
        IdempotencyStore store = store(kind);
        String key = key(kind, "stale");
        Claim slow = (Claim) store.begin(key, NOW, SOON);
        Claim next = (Claim) store.begin(key, SOON, LATER);
        assertThat(next.token()).isEqualTo(2);
        assertThat(store.extend(slow, LATER.plusSeconds(60))).isFalse();
        assertThat(store.complete(slow, "results/slow.json")).isFalse();
        store.release(slow);
        assertThat(store.begin(key, SOON, LATER)).isEqualTo(new InProgress(LATER));
        assertThat(store.complete(next, "results/next.json")).isTrue();
        assertThat(store.complete(next, "results/next.json")).isTrue();
        assertThat(store.extend(next, LATER)).isFalse();
        store.release(next);
        assertThat(store.begin(key, LATER, LATER)).isEqualTo(new Done(2, "results/next.json"));
    }

    @ParameterizedTest
    @EnumSource
    void anExtendedLeaseHoldsLonger(Kind kind) {
        IdempotencyStore store = store(kind);
        String key = key(kind, "extended");
        Claim claim = (Claim) store.begin(key, NOW, SOON);
        assertThat(store.extend(claim, LATER)).isTrue();
        assertThat(store.begin(key, SOON, LATER)).isEqualTo(new InProgress(LATER));
    }

    @ParameterizedTest
    @EnumSource
    void releasedWorkBeginsAtOnceWithAGreaterTokenAndStaysLostToItsFormerHolder(Kind kind) {
        IdempotencyStore store = store(kind);
        String key = key(kind, "released");
        Claim first = (Claim) store.begin(key, NOW, SOON);
        store.release(first);
        assertThat(store.extend(first, LATER)).isFalse();
        assertThat(store.complete(first, "results/late.json")).isFalse();
        assertThat(((Claim) store.begin(key, NOW, SOON)).token()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void forgottenWorkIsDoneAnewButNotByWhoRemembersLongAgo(Kind kind) {
        IdempotencyStore store = store(kind);
        String key = key(kind, "forgotten");
        store.complete((Claim) store.begin(key, NOW, SOON), "results/gone.json");
        Done gone = (Done) store.begin(key, NOW, SOON);
        store.forget(key, gone);
        Claim again = (Claim) store.begin(key, NOW, SOON);
        assertThat(again.token()).isEqualTo(2);
        store.forget(key, gone);
        assertThat(store.begin(key, NOW, SOON)).isEqualTo(new InProgress(SOON));
        store.complete(again, "results/back.json");
        store.forget(key, gone);
        assertThat(store.begin(key, NOW, SOON)).isEqualTo(new Done(2, "results/back.json"));
    }

    @ParameterizedTest
    @EnumSource
    void ofManyWhoBeginAtOnceOneIsGivenTheClaim(Kind kind) throws Exception {
        List<Callable<Begun>> attempts = IntStream.range(0, 16)
                // A store of its own for each, as workers have.
                .<Callable<Begun>>mapToObj(i -> () -> store(kind).begin(key(kind, "race"), NOW, SOON))
                .toList();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            int claims = 0;
            for (Future<Begun> attempt : threads.invokeAll(attempts)) {
                claims += attempt.get() instanceof Claim ? 1 : 0;
            }
            assertThat(claims).isEqualTo(1);
        }
    }

    @Test
    void aStepWhoseAnswerIsLostIsRepeatedAndHasSucceeded() {
        IdempotencyStore store = store(Kind.DYNAMO);
        server.loseAnswers(1);
        Claim claim = (Claim) store.begin("lost", NOW, SOON);
        assertThat(claim.token()).isEqualTo(1);
        server.loseAnswers(1);
        assertThat(store.complete(claim, "results/lost.json")).isTrue();
        assertThat(store.begin("lost", NOW, SOON)).isEqualTo(new Done(1, "results/lost.json"));
        assertThat(server.item("lost").at("/expires/N").asLong())
                .isGreaterThan(Instant.now().plus(Duration.ofDays(29)).getEpochSecond());
    }

    @Test
    void whatAKilledWorkerLeftAsideIsOverwritten() throws Exception {
        IdempotencyStore store = store(Kind.FILES);
        Claim claim = (Claim) store.begin("key", NOW, SOON);
        Files.writeString(folder.resolve("record.part"), "{\"owner\": \"ha");
        assertThat(store.extend(claim, LATER)).isTrue();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("lock", "key.json");
        }
    }

    @Test
    void aFileThatIsNoRecordIsNamed() throws Exception {
        Files.writeString(folder.resolve("key.json"), "junk");
        assertThatThrownBy(() -> store(Kind.FILES).begin("key", NOW, SOON))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("key.json is no record");
        assertThatThrownBy(() -> store(Kind.FILES).begin("../key", NOW, SOON))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("../key");
    }
}
