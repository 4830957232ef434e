package dev.finexl.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.explain.ExplainListener.Stage;

/**
 * How far a running job is, and what it has found so far.
 *
 * @param version rises with each change within one attempt, from 0
 * @param stage name of the stage; null before the first
 * @param done units of the stage that are done
 * @param total units of the whole stage
 * @param images pictures that have been looked at, on both sides together
 * @param pairs pairs that {@code aspects} rest on
 * @param aspects the aspects so far, as in the result; null before there are any
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Progress(long version, String stage, long done, long total, int images, int pairs, JsonNode aspects) {

    /** Of a job on which no work has been done. */
    static final Progress NONE = new Progress(0, null, 0, 0, 0, 0, null);

    Progress at(Stage now, long nowDone, long nowTotal) {
        return new Progress(version + 1, now.key(), nowDone, nowTotal, images, pairs, aspects);
    }

    Progress withImage() {
        return new Progress(version + 1, stage, done, total, images + 1, pairs, aspects);
    }

    Progress with(int onPairs, JsonNode found) {
        return new Progress(version + 1, stage, done, total, images, onPairs, found);
    }
}
