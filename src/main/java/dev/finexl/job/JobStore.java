package dev.finexl.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.finexl.account.Ledger;
import dev.finexl.account.Tenant;
import dev.finexl.job.trace.TraceParent;
import dev.finexl.store.ModelJson;
import dev.finexl.store.sql.Database;
import dev.finexl.store.sql.DatabaseException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Jobs in a database that several processes may share. Exists to hold one promise: every accepted job ends exactly once,
 * whatever processes come and go, and two of them do not work on it at the same time.
 *
 * <p>Every change is one statement that says in its {@code WHERE} what it takes for granted; how many rows it changed
 * says whether that was so. A transaction of several statements there is only where a job ends with its line in the {@link
 * Ledger}; no locks are left behind. The clock is the database's, so those of the processes need not agree. The races:
 *
 * <ul>
 *   <li><b>Two processes take the same job.</b> Both see attempt {@code n} and set attempt {@code n + 1} where it is still
 *       {@code n}; one changes a row, the other none, and looks for another job.
 *   <li><b>A process dies at work.</b> It stops renewing its lease; when that has run out, somebody else takes the job the
 *       same way. A job that loses its process too often fails, so that one that kills its process does not go round for ever.
 *   <li><b>A process stalls longer than its lease and wakes up.</b> All it writes carries its attempt, and the job has a later
 *       one: its result is refused, and the next renewal tells it to stop. Until then two may compute, but only the later
 *       attempt can end the job.
 *   <li><b>Cancelling meets the taking of the job.</b> A queued job is cancelled where it is still queued; if it was taken in
 *       between, no row changes and the wish is noted on the running job, which its owner reads with each renewal. If the
 *       owner is dead, whoever finds the lease run out cancels it.
 *   <li><b>Cancelling meets the end.</b> Whichever statement comes first counts; the other changes no row.
 *   <li><b>The same idempotency key twice.</b> A unique constraint lets one insertion through; the other finds the job of
 *       the first.
 *   <li><b>The bound of the queue.</b> Counted before the insertion: processes that share a queue may exceed it together by
 *       as many jobs as they accept at the same moment.
 * </ul>
 */
public final class JobStore {

    private static final int CANDIDATES = 16;
    private static final String FREE =
            "(state = 'queued' OR (state = 'running' AND lease_until <= CURRENT_TIMESTAMP)) AND NOT cancel_requested";

    private final Database database;
    private final JobRows rows;
    private final String lease;
    private final int mostLosses;

    /**
     * @param lease for how long a process holds a job without renewing, 1 s or more
     * @param mostLosses after how many lost processes a job fails, 1 or more
     */
    public JobStore(Database database, Duration lease, int mostLosses) {
        this.database = database;
        this.rows = new JobRows(database);
        this.lease = seconds(lease);
        this.mostLosses = mostLosses;
    }

    /** What became of an insertion. */
    enum Insertion {
        INSERTED,
        KEY_TAKEN
    }

    /** What a renewal has found. */
    enum Renewal {
        HELD,
        CANCELLED,
        LOST
    }

    /**
     * Accepts a job.
     *
     * @param key idempotency key, which is the tenant's own; null for none
     * @param place the one place where the job's pictures are; null if it can run anywhere
     * @param parent of what its caller has said that it is a part
     */
    Insertion insert(
            String id,
            Tenant tenant,
            JobKind kind,
            String request,
            String requestHash,
            String key,
            String place,
            Optional<TraceParent> parent) {
        try {
            update(
                    "INSERT INTO explanation_job (id, tenant, kind, state, request, request_hash, idempotency_key, place,"
                            + " traceparent) VALUES (?, ?, ?, 'queued', ?, ?, ?, ?, ?)",
                    id,
                    tenant.name(),
                    kind.key(),
                    request,
                    requestHash,
                    key,
                    place,
                    parent.map(TraceParent::header).orElse(null));
            return Insertion.INSERTED;
        } catch (DatabaseException e) {
            if (e.isDuplicate()) {
                return Insertion.KEY_TAKEN;
            }
            throw e;
        }
    }

    Optional<Job> find(String id) {
        return rows.find("id = ?", id);
    }

    /** A tenant's job; what is another's is not there. */
    Optional<Job> find(Tenant tenant, String id) {
        return rows.find("id = ? AND tenant = ?", id, tenant.name());
    }

    Optional<Job> findByKey(Tenant tenant, String key) {
        return rows.find("idempotency_key = ? AND tenant = ?", key, tenant.name());
    }

    /** How many jobs wait for their turn. */
    public int queued() {
        return rows.count("state = 'queued'");
    }

    /** How many jobs processes work on. */
    int running() {
        return rows.count("state = 'running' AND lease_until > CURRENT_TIMESTAMP");
    }

    /** How many of a tenant's jobs wait or run. */
    public long unfinished(Tenant tenant) {
        return rows.count("tenant = ? AND state IN ('queued', 'running')", tenant.name());
    }

    /** Whether nothing was ever put here; to ask costs nothing. */
    boolean isNew() {
        return database.isNew();
    }

    /** Whether {@link #claim} would probably find a job. */
    boolean hasFree(String place) {
        return !isNew() && rows.any(FREE + " AND (place IS NULL OR place = ?)", place);
    }

    /**
     * Takes the job that has waited longest of those on which nobody works.
     *
     * @param owner identifies the taking process, for who looks into the database
     * @param place whose pictures that process has
     */
    Optional<Job> claim(String owner, String place) {
        record Candidate(String id, int attempt) {}
        List<Candidate> candidates = rows.select(
                "id, attempt",
                "%s AND losses < ? AND (place IS NULL OR place = ?) ORDER BY seq FETCH FIRST %d ROWS ONLY"
                        .formatted(FREE, CANDIDATES),
                row -> new Candidate(row.getString(1), row.getInt(2)),
                mostLosses,
                place);
        for (Candidate candidate : candidates) {
            int taken = update(
                    ("UPDATE explanation_job SET losses = losses + CASE state WHEN 'running' THEN 1 ELSE 0 END,"
                                    + " state = 'running', attempt = attempt + 1, owner = ?, progress = NULL,"
                                    + " started_at = CURRENT_TIMESTAMP, lease_until = CURRENT_TIMESTAMP + %s"
                                    + " WHERE id = ? AND attempt = ? AND %s")
                            .formatted(lease, FREE),
                    owner,
                    candidate.id(),
                    candidate.attempt());
            if (taken == 1) {
                return find(candidate.id());
            }
        }
        return Optional.empty();
    }

    /** Keeps a job for another lease, and notes how far it is. */
    Renewal renew(String id, int attempt, Progress progress) {
        int held = update(
                ("UPDATE explanation_job SET lease_until = CURRENT_TIMESTAMP + %s, progress = ?"
                                + " WHERE id = ? AND attempt = ? AND state = 'running'")
                        .formatted(lease),
                json(progress),
                id,
                attempt);
        if (held == 0) {
            return Renewal.LOST;
        }
        return rows.any("id = ? AND cancel_requested", id) ? Renewal.CANCELLED : Renewal.HELD;
    }

    /**
     * Ends a job, and accounts for it in the same transaction.
     *
     * @param answer what was worked out; null if there is nothing
     * @param problem why there is none; null if there is one or the job was cancelled
     * @return whether it was still this attempt's to end
     */
    boolean finish(String id, int attempt, JobState state, Progress progress, Answer answer, JobProblem problem) {
        return database.inTransaction(statements -> {
            int ended = statements.update(
                    "UPDATE explanation_job SET state = ?, progress = ?, result = ?, problem = ?,"
                            + " owner = NULL, lease_until = NULL, finished_at = CURRENT_TIMESTAMP"
                            + " WHERE id = ? AND attempt = ? AND state = 'running'",
                    state.key(),
                    json(progress),
                    answer == null ? null : answer.result(),
                    problem == null ? null : json(problem),
                    id,
                    attempt);
            if (ended == 1 && answer != null && answer.line() != null) {
                Ledger.add(statements, answer.line());
            }
            return ended == 1;
        });
    }

    /**
     * Notes what was worked out while its caller waited as a job that has ended, and accounts for it in the same transaction.
     *
     * @param key as of {@link #insert}
     */
    Insertion insertEnded(
            String id,
            Tenant tenant,
            JobKind kind,
            String request,
            String requestHash,
            String key,
            Instant began,
            Answer answer) {
        try {
            database.inTransaction(statements -> {
                int inserted = statements.update(
                        "INSERT INTO explanation_job (id, tenant, kind, state, request, request_hash, idempotency_key, attempt,"
                                + " progress, result, created_at, started_at, finished_at)"
                                + " VALUES (?, ?, ?, 'succeeded', ?, ?, ?, 1, ?, ?, ?, ?, CURRENT_TIMESTAMP)",
                        id,
                        tenant.name(),
                        kind.key(),
                        request,
                        requestHash,
                        key,
                        json(Progress.NONE),
                        answer.result(),
                        began,
                        began);
                Ledger.add(statements, answer.line());
                return inserted;
            });
            return Insertion.INSERTED;
        } catch (DatabaseException e) {
            if (e.isDuplicate()) {
                return Insertion.KEY_TAKEN;
            }
            throw e;
        }
    }

    /** Puts a job back to where it was in the line, for whoever comes next; one that is to be cancelled ends here. */
    void requeue(String id, int attempt) {
        String held = " WHERE id = ? AND attempt = ? AND state = 'running'";
        update(
                "UPDATE explanation_job SET state = 'cancelled', owner = NULL, finished_at = CURRENT_TIMESTAMP" + held
                        + " AND cancel_requested",
                id,
                attempt);
        update(
                "UPDATE explanation_job SET state = 'queued', owner = NULL, lease_until = NULL, progress = NULL,"
                        + " started_at = NULL" + held,
                id,
                attempt);
    }

    /**
     * Cancels a job that waits, or notes the wish on one that runs.
     *
     * @return whether this has ended the job
     */
    boolean cancel(String id) {
        int cancelled = update(
                "UPDATE explanation_job SET state = 'cancelled', finished_at = CURRENT_TIMESTAMP"
                        + " WHERE id = ? AND state = 'queued'",
                id);
        if (cancelled == 0) {
            update("UPDATE explanation_job SET cancel_requested = TRUE WHERE id = ? AND state = 'running'", id);
        }
        return cancelled == 1;
    }

    /** Ends jobs whose process is gone and which nobody is to take up again. */
    void settleLost() {
        String gone = "state = 'running' AND lease_until <= CURRENT_TIMESTAMP";
        update("UPDATE explanation_job SET state = 'cancelled', owner = NULL, finished_at = CURRENT_TIMESTAMP WHERE "
                + gone + " AND cancel_requested");
        update(
                "UPDATE explanation_job SET state = 'failed', problem = ?, owner = NULL,"
                        + " finished_at = CURRENT_TIMESTAMP WHERE " + gone + " AND losses >= ?",
                json(JobProblem.lost(mostLosses + 1)),
                mostLosses);
    }

    /**
     * Removes jobs that ended, or were accepted and never begun, longer ago than this.
     *
     * @param cleared clears away what belongs to one, and says whether it is to be removed
     * @return how many were removed
     */
    int removeOlder(Duration age, Predicate<String> cleared) {
        String old =
                "(finished_at < CURRENT_TIMESTAMP - %1$s OR (state = 'queued' AND created_at < CURRENT_TIMESTAMP - %1$s))"
                        .formatted(seconds(age));
        int removed = 0;
        for (String id : rows.ids(old)) {
            if (cleared.test(id)) {
                removed += update("DELETE FROM explanation_job WHERE id = ? AND " + old, id);
            }
        }
        return removed;
    }

    /** The jobs that have not ended and whose pictures are in a place. */
    Set<String> unfinished(String place) {
        return new HashSet<>(rows.ids("state IN ('queued', 'running') AND place = ?", place));
    }

    /** Whether a job is there and has, or may still have, a result. */
    boolean lives(String id) {
        return rows.any("id = ? AND state IN ('queued', 'running', 'succeeded')", id);
    }

    private static String seconds(Duration duration) {
        return "INTERVAL '%d' SECOND".formatted(duration.toSeconds());
    }

    private static String json(Object value) {
        try {
            return ModelJson.MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new DatabaseException("cannot be written as JSON: " + e.getOriginalMessage(), e);
        }
    }

    private int update(String sql, Object... parameters) {
        return database.update(sql, parameters);
    }
}
