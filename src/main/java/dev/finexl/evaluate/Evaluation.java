package dev.finexl.evaluate;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Map;

/**
 * The result of a comparison. Apart from times and what was sampled, the same settings give the same.
 *
 * @param personalizations how many the zoo has
 * @param explanations how many answers each method gave: LoRAs with one aspect count once for each weight
 * @param images pictures on each side of an explanation, of the zoo's first personalisation
 * @param imagesSampled pictures that were sampled or read; 0 where all embeddings were there from an earlier run
 * @param imagesShared pictures whose embeddings were used, each counted once
 * @param seconds wall time of the whole comparison
 * @param methods by name, the rankers first
 * @param answers what each method says of each personalisation at each weight
 */
@JsonPropertyOrder({
    "personalizations",
    "explanations",
    "images",
    "imagesSampled",
    "imagesShared",
    "seconds",
    "methods",
    "answers"
})
public record Evaluation(
        int personalizations,
        int explanations,
        int images,
        long imagesSampled,
        long imagesShared,
        double seconds,
        Map<String, Metrics> methods,
        List<Answer> answers) {

    /**
     * One personalisation at one weight.
     *
     * @param name of its folder
     * @param weight at which it was applied
     * @param truth true concept → level; a subject or place has level 1
     * @param methods by name
     */
    public record Answer(String name, double weight, Map<String, Double> truth, Map<String, Said> methods) {}

    /**
     * What a method says.
     *
     * @param reported the concepts that it reports → score, strongest first
     * @param named the first concepts that it would name if asked for as many as are true, and one more
     * @param trueScores true concept → score
     */
    public record Said(Map<String, Double> reported, List<String> named, Map<String, Double> trueScores) {}
}
