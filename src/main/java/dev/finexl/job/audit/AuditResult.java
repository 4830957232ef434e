package dev.finexl.job.audit;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.finexl.explain.Explanation;
import dev.finexl.job.JobProblem;

/**
 * What is written when an audit is over, one way or the other. The order of the fields is part of the contract.
 *
 * @param source the version of the object that was audited; absent for a request that came without one
 * @param requestHash SHA-256 in hexadecimal of what else the audit depended on
 * @param attempt how often the audit had been begun, 1 or more
 * @param status {@code succeeded} or {@code failed}
 * @param explanation what the model changed; absent if the audit failed
 * @param problem why the audit failed; absent if it did not
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"source", "requestHash", "attempt", "status", "explanation", "problem"})
record AuditResult(
        ObjectVersion source,
        String requestHash,
        long attempt,
        String status,
        Explanation explanation,
        JobProblem problem) {

    static final String SUCCEEDED = "succeeded";
    static final String FAILED = "failed";
}
