package dev.finexl.job;

import dev.finexl.account.Quotas;
import dev.finexl.account.Tenant;
import dev.finexl.job.ExplainGate.FullException;
import dev.finexl.job.trace.TraceParent;
import dev.finexl.store.Sha256;
import dev.finexl.store.sql.DatabaseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * What can be done with explanations and comparisons that take long: ask for one, look how far it is, wait for it, cancel it. Exists
 * because a caller cannot hold a connection for as long as one may take, and because what was accepted must
 * survive the process that accepted it. {@link JobWorkers} does the work; {@link JobStore} says what holds between
 * processes. Thread-safe.
 */
public final class JobQueue {

    /** How often a job that another process may be working on is looked at. */
    static final Duration POLL = Duration.ofSeconds(1);

    private final JobStore store;
    private final PictureFolders pictures;
    private final Quotas quotas;
    private final ExplainGate gate;
    private final Bounds bounds;
    private final Watches watches = new Watches(this::find);
    private final Map<String, JobRun> running = new ConcurrentHashMap<>();
    private volatile Runnable onSubmission = () -> {};
    private volatile boolean closed;

    /** @param gate at which the jobs of the queue have their turns */
    public JobQueue(JobStore store, PictureFolders pictures, Quotas quotas, ExplainGate gate, Bounds bounds) {
        this.store = store;
        this.pictures = pictures;
        this.quotas = quotas;
        this.gate = gate;
        this.bounds = bounds;
    }

    /**
     * What is accepted. A number of jobs says nothing of how long the last of them waits, which is what its caller minds.
     *
     * @param jobs most that wait for their turn
     * @param longestWait in which a job has to begin, as far as can be told; the next in line is accepted all the same
     */
    public record Bounds(int jobs, Duration longestWait) {

        /** Some turns take longer than others, so a job that is expected at the last moment would be late half the time. */
        Duration expected() {
            return longestWait.multipliedBy(4).dividedBy(5);
        }
    }

    /** An idempotency key came back with another request. */
    public static final class KeyReusedException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        KeyReusedException() {
            super("this idempotency key belongs to another request");
        }
    }

    /**
     * What became of a submission.
     *
     * @param job the job as it stands
     * @param created whether it is new; if not, the same request with the same key made it earlier
     */
    public record Submission(Job job, boolean created) {}

    /**
     * Accepts a request.
     *
     * @param tenant whose the job is
     * @param key by which the same submission is known again; null for none
     * @param upload pictures that came with it, which now belong to the job if one was created; null for none
     * @param parent of what the caller has said that it is a part
     * @throws KeyReusedException if the key came with another request before
     * @throws dev.finexl.account.QuotaExceededException if the tenant has asked for all that he may
     * @throws FullException if too many jobs wait already, or for too long
     * @throws DatabaseException if the database cannot be used
     */
    public Submission submit(Tenant tenant, JobTask task, String key, Upload upload, Optional<TraceParent> parent) {
        String hash = hash(task, upload);
        Optional<Job> earlier = key == null ? Optional.empty() : store.findByKey(tenant, key);
        if (earlier.isPresent()) {
            return replay(earlier.get(), hash);
        }
        quotas.admit(tenant);
        String id = upload == null ? JobIds.next() : upload.id();
        if (insert(id, tenant, task, hash, key, upload, parent) == JobStore.Insertion.KEY_TAKEN) {
            return replay(store.findByKey(tenant, key).orElseThrow(KeyReusedException::new), hash);
        }
        Submission submission = new Submission(store.find(id).orElseThrow(), true);
        onSubmission.run();
        return submission;
    }

    /**
     * What a tenant's earlier submission with a key has become.
     *
     * @param key null for none
     * @throws KeyReusedException if the key came with another request
     */
    public Optional<Job> earlier(Tenant tenant, JobTask task, String key) {
        return key == null
                ? Optional.empty()
                : store.findByKey(tenant, key)
                        .map(found -> replay(found, task.hash()).job());
    }

    /**
     * Notes what was worked out while its caller waited. Exists so that it can be had again, and is accounted for once, whatever
     * becomes of the connection on which it is sent.
     *
     * @param key as of {@link #submit}
     * @param began when it was begun
     * @param answer with its line in the ledger
     * @return the job that holds it, or holds what was submitted earlier with the key
     * @throws KeyReusedException if the key came with another request meanwhile
     */
    public Job keep(Tenant tenant, String id, JobTask task, String key, Instant began, Answer answer) {
        return store.insertEnded(id, tenant, task.kind(), task.json(), task.hash(), key, began, answer)
                        == JobStore.Insertion.INSERTED
                ? store.find(id).orElseThrow()
                : earlier(tenant, task, key).orElseThrow(KeyReusedException::new);
    }

    /** One at a time in this process, so that the number holds exactly here. */
    private synchronized JobStore.Insertion insert(
            String id,
            Tenant tenant,
            JobTask task,
            String hash,
            String key,
            Upload upload,
            Optional<TraceParent> parent) {
        requireShortLine();
        quotas.requireRoom(tenant, store.unfinished(tenant));
        JobStore.Insertion insertion = store.insert(
                id, tenant, task.kind(), task.json(), hash, key, upload == null ? null : pictures.place(), parent);
        if (upload != null && insertion == JobStore.Insertion.INSERTED) {
            upload.keep();
        }
        return insertion;
    }

    private void requireShortLine() {
        int waiting = store.queued();
        if (waiting >= bounds.jobs()) {
            throw new FullException("%d jobs are waiting already, which is the most that may".formatted(bounds.jobs()));
        }
        if (waiting > 0) {
            Duration wait = gate.untilJob(waiting, Math.max(0, store.running() - running.size()));
            if (wait.compareTo(bounds.expected()) > 0) {
                throw new FullException(
                        "%d jobs are waiting already, and this one would begin in about %d s, too late to be sure of %d s"
                                .formatted(
                                        waiting,
                                        wait.toSeconds(),
                                        bounds.longestWait().toSeconds()),
                        wait.minus(bounds.expected()));
            }
        }
    }

    private static Submission replay(Job earlier, String hash) {
        if (!earlier.requestHash().equals(hash)) {
            throw new KeyReusedException();
        }
        return new Submission(earlier, false);
    }

    /** A tenant's job as it stands; empty if he has none of this id, or no more. */
    public Optional<Job> find(Tenant tenant, String id) {
        return store.find(tenant, id).map(this::withPresentProgress);
    }

    private Optional<Job> find(String id) {
        return store.find(id).map(this::withPresentProgress);
    }

    /** What runs here is known better here than in the database. */
    private Job withPresentProgress(Job stored) {
        JobRun run = running.get(stored.id());
        boolean here = run != null && run.job().attempt() == stored.attempt() && stored.state() == JobState.RUNNING;
        return here ? stored.with(run.progress()) : stored;
    }

    /** Cancels a tenant's job: at once if it waits, within one evaluation of the denoiser if it runs. Others are left alone. */
    public void cancel(Tenant tenant, String id) {
        if (store.find(tenant, id).isPresent()) {
            cancel(id);
        }
    }

    private void cancel(String id) {
        if (store.cancel(id)) {
            pictures.remove(id);
        }
        JobRun run = running.get(id);
        if (run != null) {
            run.stop(JobRun.Stop.CANCELLED);
        }
        watches.changed(id);
    }

    /**
     * Waits until something holds of a tenant's job.
     *
     * @param over ends the wait early, e.g. when nobody is waiting any more
     * @return the job as it then stands, be it that the time is up; empty if there is none
     */
    public Optional<Job> await(
            Tenant tenant, String id, Duration atMost, Predicate<Job> condition, BooleanSupplier over) {
        long end = System.nanoTime() + atMost.toNanos();
        try (JobWatch watch = watches.open(id)) {
            while (true) {
                Optional<Job> job = watch.job().filter(found -> found.tenant().equals(tenant));
                Duration left = Duration.ofNanos(end - System.nanoTime());
                if (job.isEmpty() || condition.test(job.get()) || over.getAsBoolean() || left.isNegative() || closed) {
                    return job;
                }
                watch.await(left.compareTo(POLL) < 0 ? left : POLL);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return find(tenant, id);
        }
    }

    /** Watches a job that has been found; to be closed. */
    public JobWatch watch(Job job) {
        return watches.open(job.id());
    }

    /** How many of a tenant's jobs wait or run. */
    public long unfinished(Tenant tenant) {
        return store.unfinished(tenant);
    }

    /** Whether nothing was ever put here, and there is nothing yet to put it in; to ask costs nothing. */
    public boolean isNew() {
        return store.isNew();
    }

    /** How many jobs wait for their turn. */
    public int queued() {
        return store.queued();
    }

    /** Whether no more work is done here, so that there is nothing to wait for. */
    public boolean isClosed() {
        return closed;
    }

    void close() {
        closed = true;
        watches.allChanged();
    }

    void onSubmission(Runnable wake) {
        onSubmission = wake;
    }

    Map<String, JobRun> running() {
        return running;
    }

    Watches watches() {
        return watches;
    }

    private static String hash(JobTask task, Upload upload) {
        return upload == null ? task.hash() : Sha256.of(task.json() + '\n' + upload.hash());
    }
}
