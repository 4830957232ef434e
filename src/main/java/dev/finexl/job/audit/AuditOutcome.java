package dev.finexl.job.audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/** What came of one piece of work that an event asks for. */
sealed interface AuditOutcome {

    /**
     * Nothing is to be done.
     *
     * @param why in a few words
     */
    record Ignored(String why) implements AuditOutcome {}

    /** There is something to be done. */
    sealed interface Attempted extends AuditOutcome {}

    /**
     * Its result is there.
     *
     * @param place key of the result in the results location
     * @param result an {@link AuditResult} as JSON
     * @param ran whether it was made now, and not by an earlier event
     */
    record Finished(String place, JsonNode result, boolean ran) implements Attempted {}

    /**
     * Another worker is at it.
     *
     * @param until when its lease runs out, unless it is extended
     */
    record Busy(Instant until) implements Attempted {}
}
