package dev.finexl.explain;

import java.util.List;

/**
 * One thing that the personalisation changed.
 *
 * @param name the concept, in its best wording
 * @param category of the concept, e.g. {@code palette}
 * @param score coefficient of the concept's direction in the divergence, above 0; 1 is the shift that naming the concept
 *     in the prompt makes in the text encoder
 * @param interval of the score, low and high, by resampling the pairs of pictures
 * @param share of the sum of all aspects' scores, 0 to 1
 * @param alsoCalled the concept's other wordings
 * @param phrase how the change reads in a sentence
 */
public record Aspect(
        String name,
        String category,
        double score,
        Interval interval,
        double share,
        List<String> alsoCalled,
        String phrase) {}
