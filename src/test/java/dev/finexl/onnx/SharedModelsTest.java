package dev.finexl.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.onnx.SharedModels.Lease;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SharedModelsTest {

    private final AtomicInteger opened = new AtomicInteger();
    private final List<String> closed = new ArrayList<>();

    private OpenModel open(String name) {
        return open(name, 10);
    }

    private OpenModel open(String name, long bytes) {
        opened.incrementAndGet();
        return new OpenModel() {
            @Override
            public long bytes() {
                return bytes;
            }

            @Override
            public void close() {
                synchronized (closed) {
                    closed.add(name);
                }
            }
        };
    }

    @Test
    void opensOnceForAllWhoAskAtTheSameTime() throws Exception {
        CountDownLatch asked = new CountDownLatch(8);
        try (SharedModels<String, OpenModel> models = new SharedModels<>(10, _ -> false);
                ExecutorService callers = Executors.newFixedThreadPool(8)) {
            List<Future<OpenModel>> values = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                values.add(callers.submit(() -> {
                    asked.countDown();
                    asked.await();
                    try (Lease<OpenModel> lease = models.acquire("a", () -> open("a"))) {
                        return lease.value();
                    }
                }));
            }
            OpenModel first = values.getFirst().get();
            for (Future<OpenModel> value : values) {
                assertThat(value.get()).isSameAs(first);
            }
        }
        assertThat(opened).hasValue(1);
        assertThat(closed).containsExactly("a");
    }

    @Test
    void closesTheLeastRecentlyUsedAndNeverWhatIsInUse() {
        try (SharedModels<String, OpenModel> models = new SharedModels<>(20, _ -> false)) {
            Lease<OpenModel> held = models.acquire("held", () -> open("held"));
            models.acquire("a", () -> open("a")).close();
            models.acquire("b", () -> open("b")).close();
            assertThat(closed).containsExactly("a");
            models.acquire("c", () -> open("c")).close();
            assertThat(closed).containsExactly("a", "b");
            held.close();
            models.acquire("big", () -> open("big", 20)).close();
            assertThat(closed).containsExactly("a", "b", "held", "c");
        }
        assertThat(closed).containsExactly("a", "b", "held", "c", "big");
    }

    @Test
    void closesWhatIsLargerThanTheBudgetAsSoonAsNobodyUsesIt() {
        try (SharedModels<String, OpenModel> models = new SharedModels<>(5, _ -> false)) {
            Lease<OpenModel> held = models.acquire("a", () -> open("a"));
            assertThat(closed).isEmpty();
            held.close();
            assertThat(closed).containsExactly("a");
        }
    }

    @Test
    void keepsWhatIsPinnedUntilTheEnd() {
        try (SharedModels<String, OpenModel> models = new SharedModels<>(0, "base"::equals)) {
            models.acquire("base", () -> open("base")).close();
            models.acquire("a", () -> open("a")).close();
            assertThat(closed).containsExactly("a");
        }
        assertThat(closed).containsExactly("a", "base");
    }

    @Test
    void aValueThatHoldsAnotherGivesItBackWhenItIsClosed() {
        try (SharedModels<String, OpenModel> models = new SharedModels<>(10, _ -> false)) {
            models.acquire("twin", () -> {
                        Lease<OpenModel> base = models.acquire("base", () -> open("base"));
                        OpenModel twin = open("twin", 5);
                        return new OpenModel() {
                            @Override
                            public long bytes() {
                                return twin.bytes();
                            }

                            @Override
                            public void close() {
                                twin.close();
                                base.close();
                            }
                        };
                    })
                    .close();
            assertThat(closed).containsExactly("twin");
            assertThat(models.counts()).isEqualTo(new SharedModels.Counts(1, 0, 10, 0, 2, 1));
        }
        assertThat(closed).containsExactly("twin", "base");
    }

    @Test
    void countsWhatIsAskedFor() {
        try (SharedModels<String, OpenModel> models = new SharedModels<>(10, _ -> false)) {
            Lease<OpenModel> held = models.acquire("a", () -> open("a"));
            models.acquire("a", () -> open("a")).close();
            models.acquire("b", () -> open("b", 3)).close();
            assertThat(models.counts()).isEqualTo(new SharedModels.Counts(1, 1, 10, 1, 2, 1));
            held.close();
        }
    }

    @Test
    void forgetsAFailedOpening() {
        try (SharedModels<String, OpenModel> models = new SharedModels<>(10, _ -> false)) {
            assertThatThrownBy(() -> models.acquire("a", () -> {
                        throw new OnnxException("broken");
                    }))
                    .isInstanceOf(OnnxException.class)
                    .hasMessage("broken");
            models.acquire("a", () -> open("a")).close();
        }
        assertThat(opened).hasValue(1);
    }

    @Test
    void closesWhatWasInUseWithItsLastLeaseAfterTheEnd() {
        SharedModels<String, OpenModel> models = new SharedModels<>(50, _ -> false);
        Lease<OpenModel> held = models.acquire("a", () -> open("a"));
        models.close();
        assertThat(closed).isEmpty();
        held.close();
        held.close();
        assertThat(closed).containsExactly("a");
    }
}
