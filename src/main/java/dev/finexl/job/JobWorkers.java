package dev.finexl.job;

import dev.finexl.explain.ExplainListener;
import dev.finexl.job.JobRun.Stop;
import dev.finexl.onnx.RunScope;
import dev.finexl.store.sql.DatabaseException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/**
 * Works on the jobs of the queue, each in its turn at the {@link ExplainGate}. A place in the line is taken before the
 * job, so that a job is with nobody until it can really begin, and another process may have it meanwhile.
 *
 * <p>One more thread keeps what this process holds: it renews leases, stops what was cancelled elsewhere or is lost, and
 * clears away what is old. While the database cannot be reached, work goes on as long as the lease lasts, and what has
 * ended is written as soon as it can be.
 */
public final class JobWorkers {

    private static final Logger LOG = Logger.getLogger(JobWorkers.class);
    private static final Duration CLEANING = Duration.ofMinutes(10);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);

    private final JobQueue queue;
    private final JobStore store;
    private final PictureFolders pictures;
    private final ExplainGate gate;
    private final Work work;
    private final Settings settings;
    private final String owner = UUID.randomUUID().toString();
    private final Semaphore submissions = new Semaphore(0);
    private final Semaphore ending = new Semaphore(0);
    private final List<Thread> workers = new ArrayList<>();
    private Thread keeper;
    private volatile boolean stopping;
    private volatile boolean closing;
    private long cleaned = System.nanoTime() - CLEANING.toNanos();

    /**
     * How the work is done.
     *
     * @param concurrent most jobs at the same time
     * @param lease as the store's: for how long a job is held without being renewed
     * @param retention for how long ended jobs are kept
     */
    public record Settings(int concurrent, Duration lease, Duration retention) {}

    /** What is done for a job. */
    public interface Work {

        /**
         * Works out what was asked for.
         *
         * @param task of the job
         * @param folders folders of pictures that the request may name, by their names
         * @return the answer's JSON, and what it cost
         * @throws CancellationException if the scope was cancelled
         */
        Answer perform(Job job, JobTask task, Map<String, Path> folders, ExplainListener listener, RunScope scope);

        /**
         * Clears away what other processes have of a job that is to be no more.
         *
         * @return whether nothing is left; if not, the job stays until it is asked again
         */
        default boolean forget(String job) {
            return true;
        }

        /**
         * Clears away what was left for jobs that are no more.
         *
         * @param lives whether a job is there and has, or may still have, a result
         * @throws IOException if it cannot be cleared away
         */
        default void sweep(Predicate<String> lives) throws IOException {}
    }

    public JobWorkers(
            JobQueue queue, JobStore store, PictureFolders pictures, ExplainGate gate, Work work, Settings settings) {
        this.queue = queue;
        this.store = store;
        this.pictures = pictures;
        this.gate = gate;
        this.work = work;
        this.settings = settings;
    }

    /** Begins to work. Platform threads are used: the work is native code that a carrier would pin. */
    public void start() {
        queue.onSubmission(submissions::release);
        for (int i = 0; i < settings.concurrent(); i++) {
            workers.add(Thread.ofPlatform().name("job-worker-" + i).daemon().start(this::work));
        }
        keeper = Thread.ofPlatform().name("job-keeper").daemon().start(this::keep);
    }

    /** Takes no further job. Those that run go on, and those who watch jobs are told that there is nothing to wait for. */
    public void stopTaking() {
        stopping = true;
        submissions.release(settings.concurrent());
        queue.close();
    }

    /** Ends all work: what still runs goes back to the queue. */
    public void close() throws InterruptedException {
        stopTaking();
        closing = true;
        queue.running().values().forEach(run -> run.stop(Stop.SHUTDOWN));
        for (Thread worker : workers) {
            worker.join();
        }
        ending.release();
        if (keeper != null) {
            keeper.join();
        }
    }

    private void work() {
        while (!stopping) {
            try {
                if (!store.hasFree(pictures.place()) || !workOnNext()) {
                    submissions.tryAcquire(JobQueue.POLL.toMillis(), TimeUnit.MILLISECONDS);
                }
            } catch (ExplainGate.ShutException _) {
                return;
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                LOG.warn("no job can be taken at the moment: " + e.getMessage());
                pause();
            }
        }
    }

    private void pause() {
        try {
            submissions.tryAcquire(AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Works on the job that comes next when this worker's turn has come; whether there was one. */
    private boolean workOnNext() {
        AtomicReference<JobRun> current = new AtomicReference<>();
        try (ExplainGate.Place place =
                gate.enterForJob(() -> Optional.ofNullable(current.get()).ifPresent(run -> run.stop(Stop.SHUTDOWN)))) {
            place.await();
            if (stopping) {
                place.unused();
                return false;
            }
            Optional<Job> next = store.claim(owner, pictures.place());
            next.ifPresentOrElse(job -> run(job, current), place::unused);
            return next.isPresent();
        }
    }

    private void run(Job job, AtomicReference<JobRun> current) {
        try (JobRun run = new JobRun(job, () -> queue.watches().changed(job.id()))) {
            current.set(run);
            queue.running().put(job.id(), run);
            queue.watches().changed(job.id());
            if (closing) {
                // Taken at the last moment, and too late to be among those that were told to stop.
                run.stop(Stop.SHUTDOWN);
            }
            try {
                end(run, outcome(run));
            } finally {
                queue.running().remove(job.id());
                queue.watches().changed(job.id());
            }
        }
    }

    /** How a run ended; both are null if it was stopped. */
    private record Outcome(Answer answer, JobProblem problem) {}

    private Outcome outcome(JobRun run) {
        Job job = run.job();
        try {
            Map<String, Path> folders = job.uploaded() ? pictures.sides(job.id()) : Map.of();
            return new Outcome(work.perform(job, JobTask.of(job), folders, run, run.scope()), null);
        } catch (CancellationException _) {
            return new Outcome(null, null);
        } catch (RuntimeException | Error e) {
            // Whatever it was: a job without an answer has failed, and the worker goes on with the next.
            return new Outcome(null, JobProblem.of(e));
        }
    }

    private void end(JobRun run, Outcome outcome) {
        Job job = run.job();
        while (true) {
            try {
                if (write(run, outcome) && job.uploaded()) {
                    pictures.remove(job.id());
                }
                return;
            } catch (DatabaseException e) {
                if (run.sinceRenewal() > settings.lease().toNanos()) {
                    LOG.errorf("the end of job %s could not be written, so it will be begun again: %s", job.id(), e);
                    return;
                }
                pause();
            } catch (RuntimeException e) {
                LOG.warnf("the pictures of job %s remain until they are swept: %s", job.id(), e.getMessage());
                return;
            }
        }
    }

    /** Whether the job has ended with this. */
    private boolean write(JobRun run, Outcome outcome) {
        Job job = run.job();
        boolean stopped = outcome.answer() == null && outcome.problem() == null;
        if (!stopped) {
            JobState state = outcome.problem() == null ? JobState.SUCCEEDED : JobState.FAILED;
            return store.finish(job.id(), job.attempt(), state, run.progress(), outcome.answer(), outcome.problem());
        }
        return switch (run.stopped().orElse(Stop.CANCELLED)) {
            case CANCELLED -> store.finish(job.id(), job.attempt(), JobState.CANCELLED, run.progress(), null, null);
            case SHUTDOWN -> {
                store.requeue(job.id(), job.attempt());
                yield false;
            }
            case LEASE_LOST -> false;
        };
    }

    private void keep() {
        try {
            while (!ending.tryAcquire(JobQueue.POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                if (store.isNew()) {
                    continue;
                }
                queue.running().values().forEach(this::renew);
                try {
                    store.settleLost();
                    clean();
                } catch (RuntimeException | IOException e) {
                    LOG.debug("the queue cannot be kept at the moment", e);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void renew(JobRun run) {
        try {
            switch (store.renew(run.job().id(), run.job().attempt(), run.progress())) {
                case HELD -> run.renewed();
                case CANCELLED -> run.stop(Stop.CANCELLED);
                case LOST -> run.stop(Stop.LEASE_LOST);
            }
        } catch (DatabaseException e) {
            if (run.sinceRenewal() > settings.lease().toNanos()) {
                LOG.warnf(
                        "job %s is given up, since its lease could not be renewed: %s",
                        run.job().id(), e);
                run.stop(Stop.LEASE_LOST);
            }
        }
    }

    private void clean() throws IOException {
        if (System.nanoTime() - cleaned >= CLEANING.toNanos()) {
            store.removeOlder(settings.retention(), work::forget);
            pictures.sweep(store.unfinished(pictures.place()));
            work.sweep(store::lives);
            cleaned = System.nanoTime();
        }
    }
}
