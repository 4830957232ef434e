package dev.finexl.concept;

import dev.finexl.concept.Wish.Near;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Finds the concepts whose directions are nearest to those of some words, measured with the same prompts: adding the words to
 * a prompt moves it as adding the concept does. Exists because people say "foggy" where a vocabulary has "misty".
 */
public final class NearestConcepts implements Wish.Nearest {

    /**
     * The least cosine of two directions for words to stand for a concept; synonyms have more ({@link Synonyms#SAME}). To the
     * miniature's encoder "grain" is as near as 0.98 to "grainy", and "lines", which it does not know, 0.86 to "ring".
     */
    public static final double NEAR = 0.9;

    private static final Category CATEGORY = Category.STYLE;

    private final ConceptDirections known;
    private final Function<Vocabulary, ConceptDirections> measuring;

    /**
     * @param known directions of the vocabulary's concepts, by words alone
     * @param measuring measures the directions of others in the same way
     */
    public NearestConcepts(ConceptDirections known, Function<Vocabulary, ConceptDirections> measuring) {
        this.known = known;
        this.measuring = measuring;
    }

    @Override
    public List<Near> of(List<String> phrases) {
        List<Concept> concepts = new ArrayList<>();
        for (String phrase : phrases) {
            String cut = phrase.codePointCount(0, phrase.length()) > Concept.MAX_LENGTH
                    ? phrase.substring(0, phrase.offsetByCodePoints(0, Concept.MAX_LENGTH))
                    : phrase;
            concepts.add(Concept.named(CATEGORY, cut.strip()));
        }
        // A vocabulary has two concepts at least; what is asked for first is never a phrase of the wish.
        concepts.addFirst(known.vocabulary().concepts().getFirst());
        double[][] said = measuring.apply(new Vocabulary("wish", "", concepts)).means();
        double[][] directions = known.means();
        List<Near> nearest = new ArrayList<>();
        for (int phrase = 1; phrase < said.length; phrase++) {
            nearest.add(nearest(said[phrase], directions));
        }
        return nearest;
    }

    private Near nearest(double[] said, double[][] directions) {
        Near nearest = null;
        for (int c = 0; c < directions.length; c++) {
            double similarity = Synonyms.cosine(said, directions[c]);
            if (similarity >= NEAR && (nearest == null || similarity > nearest.similarity())) {
                nearest = new Near(known.vocabulary().concepts().get(c).name(), similarity);
            }
        }
        return nearest;
    }
}
