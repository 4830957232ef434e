package dev.finexl.job;

import dev.finexl.compare.CompareRequest;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.store.ModelJson;
import dev.finexl.store.Sha256;

/** What somebody has asked for who may not wait for the answer. */
public sealed interface JobTask {

    /** The request, as it was sent. */
    Record request();

    /** What kind of answer it wants. */
    JobKind kind();

    /** To explain one personalisation. */
    record Explain(ExplainRequest request) implements JobTask {

        @Override
        public JobKind kind() {
            return JobKind.EXPLANATION;
        }
    }

    /** To compare several. */
    record Compare(CompareRequest request) implements JobTask {

        @Override
        public JobKind kind() {
            return JobKind.COMPARISON;
        }
    }

    /** The request's JSON, from which the task can be had again. */
    default String json() {
        return ModelJson.written(request());
    }

    /** SHA-256 of the request, by which the same one is known again. */
    default String hash() {
        return Sha256.of(json());
    }

    /** The task of a job. */
    static JobTask of(Job job) {
        return switch (job.kind()) {
            case EXPLANATION -> new Explain(ExplainRequest.parse(job.request()));
            case COMPARISON -> new Compare(CompareRequest.parse(job.request()));
        };
    }
}
