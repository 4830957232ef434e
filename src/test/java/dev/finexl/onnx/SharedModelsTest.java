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

    private AutoCloseable open(String name) {
        opened.incrementAndGet();
        return () -> {
            synchronized (closed) {
                closed.add(name);
            }
        };
    }

    @Test
    void opensOnceForAllWhoAskAtTheSameTime() throws Exception {
        CountDownLatch asked = new CountDownLatch(8);
        try (SharedModels<String, AutoCloseable> models = new SharedModels<>(1);
                ExecutorService callers = Executors.newFixedThreadPool(8)) {
            List<Future<AutoCloseable>> values = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                values.add(callers.submit(() -> {
                    asked.countDown();
                    asked.await();
                    try (Lease<AutoCloseable> lease = models.acquire("a", () -> open("a"))) {
                        return lease.value();
                    }
                }));
            }
            AutoCloseable first = values.getFirst().get();
            for (Future<AutoCloseable> value : values) {
                assertThat(value.get()).isSameAs(first);
            }
        }
        assertThat(opened).hasValue(1);
        assertThat(closed).containsExactly("a");
    }

    @Test
    void closesTheLeastRecentlyUsedAndNeverWhatIsInUse() {
        try (SharedModels<String, AutoCloseable> models = new SharedModels<>(1)) {
            Lease<AutoCloseable> held = models.acquire("held", () -> open("held"));
            models.acquire("a", () -> open("a")).close();
            models.acquire("b", () -> open("b")).close();
            assertThat(closed).containsExactly("a");
            models.acquire("c", () -> open("c")).close();
            assertThat(closed).containsExactly("a", "b");
            held.close();
            assertThat(closed).containsExactly("a", "b", "held");
        }
        assertThat(closed).containsExactly("a", "b", "held", "c");
    }

    @Test
    void forgetsAFailedOpening() {
        try (SharedModels<String, AutoCloseable> models = new SharedModels<>(1)) {
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
        SharedModels<String, AutoCloseable> models = new SharedModels<>(5);
        Lease<AutoCloseable> held = models.acquire("a", () -> open("a"));
        models.close();
        assertThat(closed).isEmpty();
        held.close();
        held.close();
        assertThat(closed).containsExactly("a");
    }
}
