package dev.finexl.choose;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.finexl.concept.Degree;
import dev.finexl.concept.Wish.Ask;
import dev.finexl.explain.Cost;
import java.util.List;

/**
 * Models in the order in which they fit. The order of the fields is part of the contract.
 *
 * @param wish how the wish was understood; none where models were sought that are like another
 * @param ignored what of it was not
 * @param like the model that the others are like; null where there is a wish
 * @param models best first
 * @param searched how many models were looked at
 * @param explained how many of them had to be explained first
 * @param usage what that cost
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"wish", "ignored", "like", "models", "searched", "explained", "usage"})
public record Selection(
        List<Understood> wish,
        List<String> ignored,
        Chosen like,
        List<Chosen> models,
        int searched,
        int explained,
        Cost usage) {

    /**
     * One thing that is asked for.
     *
     * @param said the words for it
     * @param concept that they were taken for
     * @param ask whether it is wanted
     * @param degree how much of it: {@code slightly}, {@code clearly} or {@code much}; absent unless it is wanted
     * @param similarity of the words to the concept, where the vocabulary does not have them
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Understood(String said, String concept, Ask ask, String degree, Double similarity) {

        /** The concept and what is asked of it, e.g. {@code slightly warm} or {@code not too dark}. */
        public String inWords() {
            return switch (ask) {
                case WANTED -> degree.equals(Degree.CLEARLY.adverb()) ? concept : degree + " " + concept;
                case NOT_TOO_MUCH -> "not too " + concept;
                case UNWANTED -> "not " + concept;
            };
        }
    }

    /**
     * One model.
     *
     * @param name that tells what it is made of
     * @param base reference of its base
     * @param parts what makes it
     * @param fit how well it fits the wish, up to 1; or the cosine of its scores with those of the model that it is like, 0 to 1
     * @param why in words
     * @param met how each part of the wish is met, in its order
     * @param unasked what else it shows, strongest first
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Chosen(
            String name,
            String base,
            List<IndexedModel.Part> parts,
            double fit,
            String why,
            List<Met> met,
            List<Unasked> unasked) {}

    /**
     * A part of the wish in a model.
     *
     * @param concept that it is about
     * @param amount how much of it the model shows: its calibrated score where that is known, else its score
     * @param met to what degree that is as wished, 0 to 1
     */
    public record Met(String concept, double amount, double met) {}

    /**
     * An aspect that nobody asked for.
     *
     * @param concept that it is
     * @param amount how much of it the model shows
     */
    public record Unasked(String concept, double amount) {}
}
