package dev.finexl.job.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.finexl.job.audit.IdempotencyStore.Claim;
import dev.finexl.job.audit.IdempotencyStore.InProgress;
import dev.finexl.job.audit.RunOnce.Held;
import dev.finexl.onnx.RunScope;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunOnceTest {

    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Duration BOUND = Duration.ofSeconds(60);

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    private final InstantSource clock = now::get;

    @TempDir
    private Path folder;

    private IdempotencyStore store;
    private RunOnce runs;
    private RunScope scope;

    @BeforeEach
    void open() {
        store = new FileIdempotencyStore(folder);
        runs = new RunOnce(store, LEASE, clock);
        scope = new RunScope();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private RunOnce.Outcome<String> run(RunOnce.Work<String> work) {
        return runs.run("key", scope, Instant.MAX, work);
    }

    private static String done(Held held) {
        held.confirm();
        held.complete("place");
        return "value";
    }

    @Test
    void runsOnceAndIsKnownThen() {
        assertThat(run(RunOnceTest::done)).isEqualTo(new RunOnce.Ran<>("value"));
        assertThat(run(held -> {
                    throw new AssertionError("it ran again");
                }))
                .isEqualTo(new RunOnce.Known<>(new IdempotencyStore.Done(1, "place")));
    }

    @Test
    void isBusyWhileItRunsElsewhere() {
        run(held -> {
            assertThat(run(RunOnceTest::done))
                    .isEqualTo(new RunOnce.Busy<>(now.get().plus(LEASE)));
            return done(held);
        });
    }

    @Test
    void aFailureGivesTheWorkBackAtOnce() {
        assertThatThrownBy(() -> run(held -> {
                    throw new IllegalStateException("broken");
                }))
                .hasMessage("broken");
        assertThatThrownBy(() -> run(held -> {
                    throw new OutOfMemoryError("full");
                }))
                .hasMessage("full");
        AtomicReference<Long> attempt = new AtomicReference<>();
        run(held -> {
            attempt.set(held.attempt());
            return done(held);
        });
        assertThat(attempt).hasValue(3L);
    }

    @Test
    void whatDoesNotCompleteStaysUndone() {
        assertThat(run(held -> "passing")).isEqualTo(new RunOnce.Ran<>("passing"));
        assertThat(run(RunOnceTest::done)).isEqualTo(new RunOnce.Ran<>("value"));
    }

    @Test
    void aWorkerWhoseLeaseRanOutIsStoppedBeforeItWrites() {
        assertThatThrownBy(() -> run(held -> {
                    now.set(now.get().plus(LEASE));
                    run(RunOnceTest::done);
                    return done(held);
                }))
                .isInstanceOf(RunOnce.LostException.class);
        assertThat(store.begin("key", now.get(), now.get())).isEqualTo(new IdempotencyStore.Done(2, "place"));
    }

    @Test
    void theLeaseIsExtendedBesideTheWork() {
        RunOnce quick = new RunOnce(store, Duration.ofMillis(300), InstantSource.system());
        quick.run("key", scope, Instant.MAX, held -> {
            Instant first = until();
            await().atMost(BOUND).until(() -> until().isAfter(first));
            return done(held);
        });
    }

    private Instant until() {
        return ((InProgress) store.begin("key", Instant.EPOCH, Instant.EPOCH)).until();
    }

    @Test
    void aLostLeaseStopsTheWork() {
        Instant far = Instant.parse("2999-01-01T00:00:00Z");
        RunOnce quick = new RunOnce(store, Duration.ofMillis(300), InstantSource.system());
        assertThatThrownBy(() -> quick.run("key", scope, Instant.MAX, held -> {
                    Claim other = (Claim) store.begin("key", far, far);
                    assertThat(other.token()).isEqualTo(2);
                    await().atMost(BOUND).until(this::cancelled);
                    scope.check();
                    return "never";
                }))
                .isInstanceOf(CancellationException.class);
        assertThat(until()).isEqualTo(far);
    }

    @Test
    void theWorkIsStoppedWhenItsTimeIsUpAndGivenBack() {
        assertThatThrownBy(() -> new RunOnce(store, LEASE, InstantSource.system())
                        .run("key", scope, Instant.now().plusMillis(50), held -> {
                            await().atMost(BOUND).until(this::cancelled);
                            scope.check();
                            return "never";
                        }))
                .isInstanceOf(CancellationException.class);
        assertThat(store.begin("key", now.get(), now.get())).isInstanceOf(Claim.class);
    }

    private boolean cancelled() {
        try {
            scope.check();
            return false;
        } catch (CancellationException e) {
            return true;
        }
    }
}
