package dev.finexl.concept;

import dev.finexl.embed.RgbImage;
import java.util.List;

/**
 * Exists because a vocabulary finds only what somebody thought of beforehand: a proposer looks at some of the pictures
 * and adds words for what it sees there.
 *
 * <p>Its words are candidates and nothing more. Each gets a direction, measured like that of every other concept, and a
 * score only if the pictures move along it; so a proposer that sees what is not there costs a candidate, and no truth.
 * The explanation of a request that asks for no proposals is that of its vocabulary alone.
 */
public interface ConceptProposer {

    /** The longest side of a picture that is shown, in pixels; larger ones are to be made smaller before. */
    int PICTURE_SIDE = 512;

    /** The largest number of pairs that it looks at, 1 or more. */
    int pairs();

    /**
     * Looks at pairs of pictures. A proposer that fails, whatever the reason, proposes nothing and says why in a warning,
     * since an explanation is right without it.
     *
     * @param vocabulary the concepts that are looked for anyhow, and to which the proposals can be added as they are
     * @param pairs at most {@link #pairs()}
     */
    Proposals propose(Vocabulary vocabulary, List<PicturePair> pairs);

    /**
     * The same picture by both models.
     *
     * @param prompt that it was drawn for; null for pictures that were given
     * @param base by the base model, at most {@value #PICTURE_SIDE} pixels on its longest side
     * @param personalized by the personalised model, likewise
     */
    record PicturePair(String prompt, RgbImage base, RgbImage personalized) {}

    /**
     * What was proposed.
     *
     * @param model that proposed it
     * @param concepts none of which has a wording of the vocabulary, most striking first
     * @param warnings what the reader of the explanation should know, as sentences
     */
    record Proposals(String model, List<Concept> concepts, List<String> warnings) {}
}
