package dev.finexl.compare;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.finexl.explain.Cost;
import dev.finexl.explain.Interval;
import dev.finexl.explain.Provenance;
import java.util.List;

/**
 * What several personalised models of one base have in common and in what they differ. The order of the fields is part of
 * the contract.
 *
 * @param summary a few sentences in plain English
 * @param models in the order of the request
 * @param aspects that at least one of them shows, the strongest first
 * @param pairs of models, each with each, in the order of the request
 * @param images pictures of each model, and of the base
 * @param confidence level of the intervals, and one minus that of the tests
 * @param method the decomposition that was used
 * @param warnings what the reader should know before trusting the scores
 * @param usage what the answer cost, the base's pictures counted once
 */
@JsonPropertyOrder({"summary", "models", "aspects", "pairs", "images", "confidence", "method", "warnings", "usage"})
public record ModelComparison(
        String summary,
        List<Model> models,
        List<ComparedAspect> aspects,
        List<ModelPair> pairs,
        int images,
        double confidence,
        String method,
        List<String> warnings,
        Cost usage) {

    /**
     * One of the models, as an explanation by itself would have it from the same pictures.
     *
     * @param name by which the comparison calls it, unlike any other
     * @param changed whether its pictures differ from the base's by more than chance
     * @param pValue of the test of "nothing changed"
     * @param aspects names of those that it shows, strongest first
     * @param explained share of its change that they explain in pairs that were left out, 0 to 1
     * @param unexplained share of its mean change that they leave, 0 to 1
     * @param divergenceNorm length of its mean paired difference from the base
     * @param provenance what it was made from
     */
    public record Model(
            String name,
            boolean changed,
            double pValue,
            List<String> aspects,
            double explained,
            double unexplained,
            double divergenceNorm,
            Provenance provenance) {}

    /**
     * One aspect in all models.
     *
     * @param name the concept, in its best wording
     * @param category of the concept
     * @param alsoCalled its other wordings
     * @param scores one for each model, in their order
     * @param differences of the pairs of models of which at least one shows the aspect
     */
    public record ComparedAspect(
            String name, String category, List<String> alsoCalled, List<Score> scores, List<Difference> differences) {}

    /**
     * An aspect's score in one model.
     *
     * @param model its name
     * @param score as in an explanation; also where it cannot be told from chance
     * @param interval of the score
     * @param calibrated as in an explanation; absent where it has not been measured, or the model does not show the aspect
     * @param shown whether the model shows the aspect: an explanation would report it
     */
    public record Score(
            String model,
            double score,
            Interval interval,
            @JsonInclude(JsonInclude.Include.NON_NULL) Double calibrated,
            boolean shown) {}

    /**
     * By how much an aspect's score is higher in one model than in another, prompt by prompt.
     *
     * @param first name of a model
     * @param second name of another
     * @param difference score of the first less that of the second
     * @param interval of the difference, by resampling the pairs of pictures
     * @param pValue of the sign-flip test that the pairs' contributions to both scores are alike, by itself
     * @param significant whether it is, among all differences of the comparison (Holm's procedure)
     */
    public record Difference(
            String first, String second, double difference, Interval interval, double pValue, boolean significant) {}

    /**
     * Two of the models as wholes.
     *
     * @param first name of a model
     * @param second name of another
     * @param pValue of the sign-flip test that their pictures, from the same prompts and noise, are alike to the encoder
     * @param differ whether that is rejected, among all pairs of models (Holm's procedure)
     * @param similarity cosine of their mean changes, -1 to 1
     * @param agree aspects that both show, without a significant difference
     * @param disagree aspects in which they differ significantly
     * @param undecided aspects that one shows and the other does not, without a significant difference
     */
    public record ModelPair(
            String first,
            String second,
            double pValue,
            boolean differ,
            double similarity,
            List<String> agree,
            List<String> disagree,
            List<String> undecided) {}
}
