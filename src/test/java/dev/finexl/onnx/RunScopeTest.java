package dev.finexl.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.onnxruntime.OrtSession;
import dev.finexl.store.ElementType;
import dev.finexl.store.MemoryFiles;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class RunScopeTest {

    /** A run that would never end, so that only stopping it in the middle brings the thread back. */
    @Test
    void stopsARunUnderWay() throws InterruptedException {
        OnnxRuntime runtime = new OnnxRuntime(OnnxSettings.cpu());
        try (OnnxSession endless = runtime.open(new MemoryFiles().with("endless.onnx", endless()), "endless.onnx");
                RunScope scope = new RunScope();
                Tensor x = Tensor.allocate(runtime, TensorType.FLOAT32, 1)) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread worker = Thread.ofPlatform()
                    .daemon()
                    .start(() -> thrown.set(catchThrowable(() -> endless.run(scope, Map.of("x", x), "y"))));
            while (worker.isAlive() && !isInsideOnnxRuntime(worker)) {
                Thread.onSpinWait();
            }
            scope.cancel();
            worker.join();
            assertThat(thrown.get()).isInstanceOf(CancellationException.class);
            assertThat(scope.sessionNanos()).isPositive();
            assertThatThrownBy(() -> endless.run(scope, Map.of("x", x), "y")).isInstanceOf(CancellationException.class);
        }
    }

    private static boolean isInsideOnnxRuntime(Thread thread) {
        StackTraceElement[] frames = thread.getStackTrace();
        return frames.length > 0
                && frames[0].isNativeMethod()
                && frames[0].getClassName().equals(OrtSession.class.getName());
    }

    /** {@code while (true) x = x + x}. */
    private static byte[] endless() {
        int real = 1;
        int int64 = 7;
        int bool = 9;
        ProtoBytes body = new ProtoBytes()
                .message(1, OnnxBytes.nodeProto("", "/Identity", "Identity", List.of("going"), "on"))
                .message(1, OnnxBytes.nodeProto("", "/Add", "Add", List.of("before", "before"), "after"))
                .text(2, "body");
        body.message(11, value("count", int64))
                .message(11, value("going", bool))
                .message(11, value("before", real, 1));
        for (String output : List.of("on", "after")) {
            body.message(12, new ProtoBytes().text(1, output));
        }
        int graphAttribute = 5;
        return new OnnxBytes()
                .value(11, "x", ElementType.F32, 1)
                .value(12, "y", ElementType.F32, 1)
                .initializer(OnnxBytes.tensor("true", bool).bytes(9, new byte[] {1}))
                .node(
                        "/Loop",
                        "Loop",
                        List.of("", "true", "x"),
                        "y",
                        new ProtoBytes().text(1, "body").message(6, body).varint(20, graphAttribute))
                .bytes();
    }

    private static ProtoBytes value(String name, int type, long... shape) {
        ProtoBytes dims = new ProtoBytes();
        for (long dim : shape) {
            dims.message(1, new ProtoBytes().varint(1, dim));
        }
        ProtoBytes tensor = new ProtoBytes().varint(1, type).message(2, dims);
        return new ProtoBytes().text(1, name).message(2, new ProtoBytes().message(1, tensor));
    }

    @Test
    void runsNothingOnceItIsCancelled() {
        try (RunScope scope = new RunScope()) {
            scope.check();
            scope.cancel();
            assertThatThrownBy(scope::check).isInstanceOf(CancellationException.class);
            assertThat(scope.sessionNanos()).isZero();
        }
    }

    @Test
    void canBeCancelledAfterItIsClosed() {
        RunScope scope = new RunScope();
        scope.close();
        scope.cancel();
        assertThatThrownBy(scope::check).isInstanceOf(CancellationException.class);
    }
}
