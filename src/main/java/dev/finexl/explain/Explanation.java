package dev.finexl.explain;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Map;

/**
 * What a personalisation changed. The order of the fields is part of the contract.
 *
 * @param summary two or three sentences in plain English
 * @param changed whether the two sides differ by more than chance
 * @param pValue of the sign-flip permutation test of "nothing changed", above 0 and at most 1
 * @param aspects what changed, strongest first; only aspects whose interval stays above zero
 * @param unexplained share of the squared mean change that the reported aspects leave, 0 to 1
 * @param explained share of the change that the reported aspects explain in pairs that their weights were not fitted to,
 *     0 to 1: by cross-validation over the pairs
 * @param relativeError what all weights of the decomposition leave of the mean change, in the embedding space: 0 for
 *     nothing, 1 for all of it
 * @param divergenceNorm length of the mean paired difference of unit embeddings, 0 to 2
 * @param vector the explanation vector: the aspects' directions times their scores, normalised; all zeros if nothing
 *     is explained
 * @param method the decomposition that was used
 * @param sampling how many pairs it rests on, and why not more; absent for pictures that were given
 * @param heads what the aspect heads measured, by the heads' names; each with the strongest change first
 * @param policy whether the limits of the request are kept; absent if it sets none
 * @param examples for each aspect, in their order, the pairs that show it best and least; none where pairs are not known
 *     to show anything
 * @param pairs the pairs of pictures that it rests on, by their indices
 * @param warnings what the reader should know before trusting the scores
 * @param usage what the answer cost
 * @param provenance what the answer was made from
 */
@JsonPropertyOrder({
    "summary",
    "changed",
    "pValue",
    "aspects",
    "unexplained",
    "explained",
    "relativeError",
    "divergenceNorm",
    "vector",
    "method",
    "sampling",
    "heads",
    "policy",
    "examples",
    "pairs",
    "warnings",
    "usage",
    "provenance"
})
public record Explanation(
        String summary,
        boolean changed,
        double pValue,
        List<Aspect> aspects,
        double unexplained,
        double explained,
        double relativeError,
        double divergenceNorm,
        double[] vector,
        String method,
        @JsonInclude(JsonInclude.Include.NON_NULL) SamplingReport sampling,
        Map<String, List<HeadOutput>> heads,
        @JsonInclude(JsonInclude.Include.NON_NULL) PolicyResult policy,
        List<AspectExample> examples,
        List<ShownPair> pairs,
        List<String> warnings,
        Usage usage,
        Provenance provenance) {

    /** Takes one that was kept before there were examples and pairs as one without. */
    public Explanation {
        examples = examples == null ? List.of() : examples;
        pairs = pairs == null ? List.of() : pairs;
    }

    /** Whether it rests on all the pictures that were asked for, or on as many as it took; not where it was cut short. */
    @JsonIgnore
    public boolean isComplete() {
        return sampling == null || sampling.stopped() != SamplingReport.Stopped.DEADLINE;
    }

    /** The same explanation for who asks again. */
    Explanation fromCache() {
        Usage free = new Usage(true, 0, usage.images() + usage.imagesCached(), usage.imagesSaved(), 0, Map.of());
        return new Explanation(
                summary,
                changed,
                pValue,
                aspects,
                unexplained,
                explained,
                relativeError,
                divergenceNorm,
                vector,
                method,
                sampling,
                heads,
                policy,
                examples,
                pairs,
                warnings,
                free,
                provenance);
    }
}
