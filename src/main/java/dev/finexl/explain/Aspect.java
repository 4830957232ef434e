package dev.finexl.explain;

import dev.finexl.concept.Degree;
import java.util.List;

/**
 * One thing that the personalisation changed.
 *
 * @param name the concept, in its best wording
 * @param category of the concept, e.g. {@code palette}
 * @param score coefficient of the concept's direction in the divergence, above 0; 1 is the shift that naming the concept
 *     in the prompt makes in the text encoder
 * @param interval of the score, low and high, by resampling the pairs of pictures
 * @param calibrated the score as a multiple of what asking the base for the concept in the prompt scores: 1 is as strong as
 *     that; null where it has not been measured, or where the base does not show the concept when it is asked for it
 * @param share of the sum of all aspects' scores, 0 to 1
 * @param selected share of the resamplings in which the concept has a weight, 0 to 1
 * @param alsoCalled the concept's other wordings, and what of the request's own concepts means the same
 * @param phrase how the change reads in a sentence
 */
public record Aspect(
        String name,
        String category,
        double score,
        Interval interval,
        Double calibrated,
        double share,
        double selected,
        List<String> alsoCalled,
        String phrase) {

    /** Below this score a change is slight. */
    private static final double CLEAR = 0.3;
    /** From this score on a change is strong: more than half of what naming the concept in the prompt does. */
    private static final double STRONG = 0.6;
    /** How strongly a score, or a difference of scores, shows. */
    public static Degree degree(double score) {
        if (score < CLEAR) {
            return Degree.SLIGHTLY;
        }
        return score < STRONG ? Degree.CLEARLY : Degree.MUCH;
    }
}
