package dev.finexl.job;

import dev.finexl.account.Tenant;
import java.time.Instant;
import java.util.Optional;

/** A job that was just begun, for tests of what is done with one. */
final class RunningJob {

    static final Job JOB = new Job(
            "an-id",
            Tenant.DEFAULT,
            JobKind.EXPLANATION,
            JobState.RUNNING,
            "{}",
            "",
            false,
            Optional.empty(),
            1,
            Progress.NONE,
            Instant.EPOCH,
            Instant.EPOCH,
            null,
            null,
            null);

    private RunningJob() {}
}
