package dev.finexl.job.audit;

import dev.finexl.store.s3.S3Location;
import java.time.Duration;
import java.util.List;

/**
 * What is audited, and how.
 *
 * @param watched folders in object storage below which an upload asks for an audit; none audits nothing
 * @param request the fields that audits have in common, as the JSON of an {@link dev.finexl.explain.ExplainRequest}; at
 *     least the base of LoRAs
 * @param lease how long a worker may be silent before it is taken for dead, 1 s or more
 * @param margin what is kept of an invocation's time for writing the result, above 0
 * @param pictures whether reports show the pictures; the base's are drawn for each audit then, whether or not what they say
 *     is known
 */
public record AuditSettings(
        List<S3Location> watched, String request, Duration lease, Duration margin, boolean pictures) {

    private static final Duration SHORTEST_LEASE = Duration.ofSeconds(1);

    /** @throws IllegalArgumentException if a duration is too short */
    public AuditSettings {
        watched = List.copyOf(watched);
        if (lease.compareTo(SHORTEST_LEASE) < 0) {
            throw new IllegalArgumentException("finexl.audits.lease is %s; expected a second or more".formatted(lease));
        }
        if (!margin.isPositive()) {
            throw new IllegalArgumentException("finexl.audits.margin is %s; expected more than 0".formatted(margin));
        }
    }

    /** Whether an upload asks for an audit by where it is. */
    boolean watches(ObjectVersion object) {
        // Not S3Location.covers: a key that is refused as a location is also worth an answer that says so.
        return watched.stream()
                .anyMatch(folder ->
                        folder.bucket().equals(object.bucket()) && object.key().startsWith(folder.prefix()));
    }
}
