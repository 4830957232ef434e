package dev.finexl.evaluate;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * How well one method did on a zoo. A metric is null where the zoo has nothing to measure it on. "Named first" is meant in
 * the order of what the method reports, followed by its other concepts by score; K is the number of true concepts of a
 * personalisation, be they aspects, subject or place. Unless said otherwise, LoRAs are taken at weight 1.
 *
 * @param firstAspect of the personalisations with one aspect and no content, the share whose aspect is named first
 * @param precisionAtK of mixtures (K ≥ 2), the mean share of the first K named that are true
 * @param recallAtK of mixtures (K ≥ 2), the mean share of the true concepts that are among the first K named
 * @param pairs {@code recallAtK} of the mixtures with K = 2
 * @param triples {@code recallAtK} of the mixtures with K = 3
 * @param content of the personalisations with a subject or place, the mean share of true concepts among the first K named
 * @param spearman rank correlation of the true aspect's score with the LoRA's weight 0.25, 0.5, 0.75, 1.0, mean over the
 *     LoRAs with one aspect and no content; a score that does not move counts as 0
 * @param levelError mean |c · score − level| over all aspects of all personalisations, with the one factor c ≥ 0 that
 *     makes it smallest: a method's scores have a unit of their own, and the question is whether one unit fits all
 * @param wrongShare of the personalisations that changed something and for which something is reported, the mean share of
 *     the reported scores that is on wrong concepts
 * @param error 1 − the mean share of true concepts among the first K named, over all that changed something
 * @param falsePositive the share of null personalisations, and of comparisons of the base with itself under other seeds,
 *     for which anything is reported
 * @param coverage the share of reported intervals that cover the score obtained from ten times the pictures; to have
 *     enough of them, those of each tenth of these pictures count; null where not asked for
 * @param selection leave one out: the share of personalisations whose nearest other, by cosine of score vectors, has the
 *     same true concepts. Each weight of a LoRA is a personalisation of its own; those without a partner are not asked.
 * @param imagesUsed mean number of pictures of an answer, on both sides together
 * @param seconds mean wall time of an answer from embeddings to aspects; sampling is shared by all methods
 */
@JsonPropertyOrder({
    "firstAspect",
    "precisionAtK",
    "recallAtK",
    "pairs",
    "triples",
    "content",
    "spearman",
    "levelError",
    "wrongShare",
    "error",
    "falsePositive",
    "coverage",
    "selection",
    "imagesUsed",
    "seconds"
})
public record Metrics(
        Double firstAspect,
        Double precisionAtK,
        Double recallAtK,
        Double pairs,
        Double triples,
        Double content,
        Double spearman,
        Double levelError,
        Double wrongShare,
        Double error,
        Double falsePositive,
        Double coverage,
        Double selection,
        Double imagesUsed,
        Double seconds) {}
