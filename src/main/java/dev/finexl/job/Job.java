package dev.finexl.job;

import dev.finexl.account.Tenant;
import dev.finexl.job.trace.TraceParent;
import java.time.Instant;
import java.util.Optional;

/**
 * An explanation, or a comparison, that was asked for, as it stands.
 *
 * @param id by which it is asked after; not to be guessed
 * @param tenant whose it is
 * @param kind what was asked for
 * @param state how far it is
 * @param request the request's JSON
 * @param requestHash SHA-256 of the request and of the pictures that came with it
 * @param uploaded whether pictures came with it
 * @param parent of what its caller has said that it is a part
 * @param attempt how many times work on it was begun
 * @param progress of the present attempt
 * @param created when it was asked for
 * @param started when the present attempt began; null while it never did
 * @param finished when it ended; null before that
 * @param result the answer's JSON, if it succeeded; else null
 * @param problem JSON of a {@link JobProblem}, if it failed; else null
 */
public record Job(
        String id,
        Tenant tenant,
        JobKind kind,
        JobState state,
        String request,
        String requestHash,
        boolean uploaded,
        Optional<TraceParent> parent,
        int attempt,
        Progress progress,
        Instant created,
        Instant started,
        Instant finished,
        String result,
        String problem) {

    Job with(Progress newer) {
        return new Job(
                id,
                tenant,
                kind,
                state,
                request,
                requestHash,
                uploaded,
                parent,
                attempt,
                newer,
                created,
                started,
                finished,
                result,
                problem);
    }
}
