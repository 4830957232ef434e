package dev.finexl.store.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Runs tasks side by side as one: it ends when all have ended, and the first failure interrupts the others and is the
 * failure of the whole. The waiting thread stays free to report and to be asked to stop.
 */
final class Tasks {

    private static final long TICK_MILLIS = 100;

    private Tasks() {}

    /**
     * @param meanwhile is called on this thread several times a second; what it throws stops the tasks
     * @return the results in the order of the tasks
     * @throws CancellationException if this thread is interrupted; it still is then
     */
    static <T> List<T> run(List<Callable<T>> tasks, Runnable meanwhile) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                CompletionService<T> completion = new ExecutorCompletionService<>(threads);
                List<Future<T>> futures = tasks.stream().map(completion::submit).toList();
                for (int open = futures.size(); open > 0; ) {
                    Future<T> done = completion.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
                    if (done != null) {
                        done.get();
                        open--;
                    }
                    meanwhile.run();
                }
                List<T> results = new ArrayList<>();
                futures.forEach(future -> results.add(future.resultNow()));
                return results;
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                throw new CancellationException("interrupted");
            } catch (ExecutionException e) {
                throw unchecked(e.getCause());
            } finally {
                threads.shutdownNow();
            }
        }
    }

    /** Runs one task so that {@code meanwhile} can stop it. */
    static <T> T run(Callable<T> task, Runnable meanwhile) {
        return run(List.of(task), meanwhile).getFirst();
    }

    private static RuntimeException unchecked(Throwable failure) {
        return switch (failure) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            case IOException e -> new UncheckedIOException(e);
            case InterruptedException _ -> new CancellationException("interrupted");
            default -> new IllegalStateException("a task threw what none throws", failure);
        };
    }
}
