package dev.finexl.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.finexl.explain.Aspect;
import dev.finexl.explain.ExplainListener.Stage;
import dev.finexl.store.ModelJson;
import java.util.List;
import java.util.stream.Stream;

/**
 * How far a running job is, and what it has found so far. Bounded however large the job is: it is written to the database
 * every second, and sent to whoever watches.
 *
 * @param version rises with each change within one attempt, from 0
 * @param stage name of the stage; null before the first
 * @param done units of the stage that are done
 * @param total units of the whole stage
 * @param images pictures that have been looked at, on both sides together
 * @param latest indices of the last {@value #MOST_PAIRS} pairs, at most, of which both pictures have been looked at, the last
 *     first
 * @param pairs pairs that {@code aspects} rest on
 * @param aspects the strongest {@value #MOST_ASPECTS} aspects so far, at most, as in the result; null before there are any
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Progress(
        long version,
        String stage,
        long done,
        long total,
        int images,
        List<Integer> latest,
        int pairs,
        JsonNode aspects) {

    /** As many pairs as somebody who looks on can look at. */
    static final int MOST_PAIRS = 4;

    /** More than any explanation of a vocabulary that ships has had; a request may bring thousands of concepts. */
    static final int MOST_ASPECTS = 32;

    /** Of a job on which no work has been done. */
    public static final Progress NONE = new Progress(0, null, 0, 0, 0, List.of(), 0, null);

    public Progress {
        latest = latest == null ? List.of() : List.copyOf(latest);
    }

    Progress at(Stage now, long nowDone, long nowTotal) {
        return new Progress(version + 1, now.key(), nowDone, nowTotal, images, latest, pairs, aspects);
    }

    Progress withImage() {
        return new Progress(version + 1, stage, done, total, images + 1, latest, pairs, aspects);
    }

    /** With a picture that makes a pair whole. */
    Progress withPair(int pair) {
        List<Integer> newer = Stream.concat(Stream.of(pair), latest.stream().filter(other -> other != pair))
                .limit(MOST_PAIRS)
                .toList();
        return new Progress(version + 1, stage, done, total, images + 1, newer, pairs, aspects);
    }

    /** @param found strongest first */
    Progress with(int onPairs, List<Aspect> found) {
        JsonNode strongest =
                ModelJson.MAPPER.valueToTree(found.stream().limit(MOST_ASPECTS).toList());
        return new Progress(version + 1, stage, done, total, images, latest, onPairs, strongest);
    }
}
