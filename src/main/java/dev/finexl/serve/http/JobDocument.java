package dev.finexl.serve.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.finexl.compare.ModelComparison;
import dev.finexl.explain.Explanation;
import dev.finexl.job.Job;
import dev.finexl.job.JobProblem;
import dev.finexl.job.JobState;
import dev.finexl.job.Progress;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A job as its caller sees it.
 *
 * @param id by which it is asked after
 * @param state how far it is
 * @param progress of the present attempt
 * @param created when it was asked for
 * @param started when the present attempt began
 * @param finished when it ended
 * @param result the explanation or comparison, once it succeeded
 * @param problem why there is none, once it failed: a problem document (RFC 9457)
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record JobDocument(
        String id,
        JobState state,
        Progress progress,
        Instant created,
        Instant started,
        Instant finished,

        @Schema(oneOf = {Explanation.class, ModelComparison.class}) @JsonRawValue
        String result,

        @Schema(implementation = JobProblem.class) @JsonRawValue
        String problem) {

    static JobDocument of(Job job) {
        return new JobDocument(
                job.id(),
                job.state(),
                job.progress(),
                job.created(),
                job.started(),
                job.finished(),
                job.result(),
                job.problem());
    }
}
